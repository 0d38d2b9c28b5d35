"""Our copy of protspace's names is protspace's."""

import pytest
from protspace.data.annotations import configuration as protspace

from steps.annotate.remote import catalogue


def test_sources_groups_and_constant_companions_are_protspaces():
    assert {key: set(value) for key, value in catalogue.SOURCES.items()} == (
        protspace.SOURCE_ANNOTATIONS
    )
    assert {
        key: list(value) for key, value in catalogue.GROUPS.items()
    } == protspace.ANNOTATION_GROUPS
    assert list(catalogue.ALWAYS) == protspace.ALWAYS_INCLUDED_ANNOTATIONS


@pytest.mark.parametrize("wanted", [["default"], ["all"], ["pfam", "genus"], ["ted", "default"]])
def test_groups_become_the_annotations_that_protspace_makes_of_them(wanted):
    assert catalogue.expand(wanted) == protspace.AnnotationConfiguration(wanted).user_annotations


def test_nothing_curated_brings_nothing():
    assert catalogue.expand([]) == []


def test_only_the_sources_that_are_needed_are_asked():
    assert catalogue.sources_of(catalogue.expand(["pfam"])) == {
        "uniprot": ["gene_name", "protein_name", "uniprot_kb_id"],
        "interpro": ["pfam"],
    }
