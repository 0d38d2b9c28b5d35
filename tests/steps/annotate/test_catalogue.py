"""The copy of protspace's names of annotations equals protspace's lists."""

import pytest
from protspace.data.annotations import configuration as protspace

from steps.annotate.remote import catalogue


def test_sources_and_groups_equal_those_of_protspace():
    assert {key: set(value) for key, value in catalogue.SOURCES.items()} == (
        protspace.SOURCE_ANNOTATIONS
    )
    assert {
        key: list(value) for key, value in catalogue.GROUPS.items()
    } == protspace.ANNOTATION_GROUPS
    assert list(catalogue.ALWAYS) == protspace.ALWAYS_INCLUDED_ANNOTATIONS


@pytest.mark.parametrize("wanted", [["default"], ["all"], ["pfam", "genus"], ["ted", "default"]])
def test_groups_expand_as_in_protspace(wanted):
    assert catalogue.expand(wanted) == protspace.AnnotationConfiguration(wanted).user_annotations


def test_no_remote_annotation_expands_to_none():
    assert catalogue.expand([]) == []


def test_sources_that_are_not_needed_are_left_out():
    assert catalogue.sources_of(catalogue.expand(["pfam"])) == {
        "uniprot": ["gene_name", "protein_name", "uniprot_kb_id"],
        "interpro": ["pfam"],
    }
