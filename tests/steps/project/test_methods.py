"""Method names, held against protspace's own parser."""

import re

import pytest
from protspace.data.processors.pipeline import ReducerParams, parse_method_spec

from steps.project.methods import PARAMETERS, canonical_method, split_method

SPECS = [
    "pca2",
    " umap2 ",
    "umap2:n_neighbors=50;min_dist=0.3",
    "umap2:min_dist=0.30; n_neighbors = 50",
    "tsne2:perplexity=10",
    "mds2:eps=1e-6;n_init=2",
    "pacmap2:mn_ratio=0.2",
    "localmap2:metric=cosine;random_state=7",
]


@pytest.mark.parametrize("text", SPECS)
def test_methods_mean_what_protspace_takes_them_for(text):
    theirs = parse_method_spec(text.strip())
    assert canonical_method(text) == str(theirs)
    assert split_method(canonical_method(text)) == (theirs.method, theirs.overrides_dict)


def test_inline_parameters_are_those_of_protspace_and_the_layout():
    assert set(PARAMETERS) == {*ReducerParams.__dataclass_fields__, "layout"}


def test_layout_of_umap_may_be_that_of_umap_learn():
    assert split_method(canonical_method("umap2:layout=umap-learn"))[1] == {"layout": "umap-learn"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("umpa2", "Did you mean 'umap2'?"),
        ("umap", "write 'umap2'"),
        ("umap3", "write 'umap2'"),
        ("umap2:n_neighbours=5", "Did you mean 'n_neighbors'?"),
        ("umap2:n_neighbors", "parameter=value"),
        ("umap2:layout=umap", "allowed: blocks, umap-learn"),
        ("pca2:layout=blocks", "only umap2 has a layout"),
        ("umap2:n_neighbors=1.5", "must be a whole number"),
        ("umap2:min_dist=x", "must be a number"),
        ("umap2:min_dist=2", "less than or equal to 1"),
        ("umap2:metric=cosin", "metric must be one of"),
        ("", "unknown"),
    ],
)
def test_a_bad_method_is_refused_with_the_remedy(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        canonical_method(text)
