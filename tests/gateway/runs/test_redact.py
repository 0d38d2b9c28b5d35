"""Sentences for everybody: without paths, and otherwise as they were."""

import pytest

from gateway.runs.redact import without_paths


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "The cache /srv/runs/.store/store.sqlite is damaged.",
            "The cache store.sqlite is damaged.",
        ),
        ("In '/opt/models/esm2/config.json': no.", "In 'config.json': no."),
        ("Remove /srv/models/esm2/ and try.", "Remove esm2 and try."),
        ("See /srv/models/x.pt. Then try.", "See x.pt. Then try."),
    ],
)
def test_paths_lose_their_folders(sentence, shown):
    assert without_paths(sentence) == shown


@pytest.mark.parametrize(
    "sentence",
    [
        "Biocentral (https://biocentral.example/api/v1/x) does not answer.",
        "and/or, 3/4, models/esm2, Key 'a/b', a // b, /",
        "postgresql://me@host:5432/db/x",
    ],
)
def test_other_slashes_stay(sentence):
    assert without_paths(sentence) == sentence
