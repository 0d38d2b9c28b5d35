"""The catalogue of citations: all that a run can use has its works, and each can be cited."""

import re

import pytest
from protspace.utils.constants import REDUCER_METHODS

from steps.annotate.groups import GROUPS
from steps.annotate.remote.catalogue import SOURCES
from steps.embed.models import BACKENDS, OWN
from steps.embed.models.catalogue import MODELS
from steps.optional.statistics import CLUSTERINGS
from steps.project import methods
from steps.report.methods.citations import Work, catalogue, keys_of, name_of, work
from tests.support.bibtex import read_bibtex

WORKS = sorted(catalogue()["works"])
#: What is computed without a method of others.
WITHOUT = {"header"}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("embedder", {*OWN, *MODELS}),
        ("backend", {*BACKENDS}),
        ("method", {*REDUCER_METHODS, *methods.OWN}),
        ("annotations", {*SOURCES, *SOURCES["biocentral"], *GROUPS} - WITHOUT),
    ],
)
def test_catalogue_cites_all_that_there_is_and_nothing_else(kind, names):
    assert catalogue()["of"][kind].keys() == names
    assert all(keys_of(kind, name) for name in names)


def test_branches_are_cited():
    assert {*CLUSTERINGS, "similarity", "transfer"} <= catalogue()["of"]["branch"].keys()


def test_models_and_sources_have_names_for_readers():
    names = catalogue()["names"]
    assert names["embedder"].keys() == MODELS.keys()
    assert names["method"].keys() == {*REDUCER_METHODS, *methods.OWN}
    assert names["annotations"].keys() == SOURCES.keys()
    assert name_of("embedder", "mine") == "mine"


def test_works_are_all_cited_and_there():
    kinds = catalogue()["of"].values()
    cited = {key for kind in kinds for keys in kind.values() for key in keys}
    assert cited == set(WORKS)


def test_works_are_told_apart_by_authors_and_year():
    labels = [work(key).label for key in WORKS]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("key", WORKS)
def test_work_has_what_a_reference_needs(key):
    found = work(key)
    assert re.fullmatch(rf"[a-z]+{found.fields['year']}", key)
    assert found.fields["title"] and (found.url.startswith("http") or key == "rao1995")
    assert re.fullmatch(r"10\.\d{4,5}/\S+", found.fields.get("doi", "10.1000/none"))
    people, last = found.authors[:-1], found.authors[-1]
    assert all(re.fullmatch(r"\{.+\}|[^,{}]+, [^,{}]+", name) for name in people)
    assert last == "others" or re.fullmatch(r"\{.+\}|[^,{}]+, [^,{}]+", last)


def test_bibtex_of_all_works_is_read_back():
    read = read_bibtex("\n".join(work(key).as_bibtex() for key in WORKS))
    assert sorted(read) == WORKS
    for key, fields in read.items():
        assert fields["author"] == " and ".join(work(key).authors)
        assert fields["title"] == f"{{{work(key).fields['title']}}}"
        assert fields.get("doi") == work(key).fields.get("doi")


@pytest.mark.parametrize(
    "broken",
    [
        "@article{a2000,\n  title = {{A}}\n",
        "@article{a2000,\n  title = {A}}\n}\n",
        "@article{a2000,\n  title = {A & B}\n}\n",
        "@book{a2000,\n  title = {A}\n}\n",
        "@misc{a2000,\n  title = {A}\n}\n@misc{a2000,\n  title = {A}\n}\n",
    ],
)
def test_strict_reader_refuses_what_is_no_bibtex(broken):
    with pytest.raises(ValueError, match=r"no end|not BibTeX|not escaped|twice"):
        read_bibtex(broken)


def test_signs_that_latex_takes_for_its_own_are_escaped_outside_titles_and_addresses():
    found = Work("a2000", "misc", ("A, B.",), {"journal": "A & B 100 %", "url": "https://x/%20_#a"})
    assert "journal = {A \\& B 100 \\%}" in found.as_bibtex()
    assert "url = {https://x/%20_#a}" in found.as_bibtex()


@pytest.mark.parametrize(
    ("authors", "label"),
    [
        (("{The UniProt Consortium}",), "The UniProt Consortium, 2000"),
        (("van der Maaten, Laurens", "Hinton, Geoffrey"), "van der Maaten and Hinton, 2000"),
        (("A, B.", "C, D.", "E, F."), "A et al., 2000"),
        (("A, B.", "others"), "A et al., 2000"),
    ],
)
def test_label_names_authors_as_a_text_does(authors, label):
    assert Work("a2000", "misc", authors, {"year": "2000"}).label == label


def test_reference_has_authors_year_title_and_place():
    assert work("steinegger2017").reference == (
        "Steinegger M, Söding J (2017). MMseqs2 enables sensitive protein sequence searching for "
        "the analysis of massive data sets. Nature Biotechnology 35(11), 1026–1028."
    )
    assert work("steinegger2017").url == "https://doi.org/10.1038/nbt.3988"
    assert "et al. (2023)" in work("lin2023").reference
    assert work("campello2013").reference.endswith("Data Mining (PAKDD 2013), 160–172.")
    assert work("wang2021").reference.endswith("Learning Research 22(201), 1–73.")
    assert work("mcinnes2018").reference.endswith("Dimension Reduction. arXiv 1802.03426.")
