"""Settings of the gateway: what is taken, and how the rest is refused."""

import os
import subprocess
import sys
from typing import get_args

import pytest
import structlog

from gateway import __main__
from gateway.progress.stages import STAGES
from gateway.run_config import read_settings
from gateway.settings import (
    Settings,
    SettingsError,
    Stage,
    unknown_variables,
    variable,
)
from scripts import generate
from scripts.generate import ROOT

RETENTION = ["PREP_PIPELINE_TIMEOUT_SECONDS", "PREP_BUNDLE_TTL_SECONDS"]


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Set variables; whatever the shell of the tests has is gone."""
    for name in [name for name in os.environ if name.startswith(("PREP_", "CORS_"))]:
        monkeypatch.delenv(name)

    def set_variables(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_variables


def refusal(environment, **variables) -> str:
    environment(**variables)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    return str(caught.value)


def test_a_start_with_a_bad_value_ends_with_status_2_and_one_sentence(environment):
    environment(PREP_MAX_CONCURRENT_JOBS="none")
    command = [sys.executable, "-m", "gateway", "--port", "0"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert result.returncode == 2 and not result.stdout
    assert result.stderr.startswith("The gateway cannot start: PREP_MAX_CONCURRENT_JOBS='none': ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PREP_MAX_CONCURRENT_JOBS", "0"),
        ("PREP_MAX_PENDING_JOBS", "0"),
        ("PREP_UPLOAD_MAX_BYTES", "8 MB"),
        ("PREP_DELETE_AFTER_DOWNLOAD", "perhaps"),
        ("PREP_RATE_LIMIT", "many"),
        ("PREP_REFUSED_RATE_LIMIT", "60"),
        ("PREP_BUNDLE_FORMAT", "4"),
        ("PREP_LOG_LEVEL", "loud"),
        ("PREP_STAGE_TIMEOUT_SECONDS", "embedding"),
        ("PREP_STAGE_TIMEOUT_SECONDS", "embedding=5,embedding=6"),
        ("PREP_STAGE_TIMEOUT_SECONDS", "baking=5"),
        ("PREP_STAGE_TIMEOUT_SECONDS", "embedding=-5"),
    ],
)
def test_a_bad_value_is_refused_with_its_variable(environment, name, value):
    message = refusal(environment, **{name: value})
    assert message.startswith(f"{name}='{value}': must be ") and message.endswith(".")


@pytest.mark.parametrize("name", ["PREP_EMBEDDER", "PREP_METHODS", "PREP_ANNOTATIONS"])
def test_a_choice_that_the_pipeline_does_not_know_is_refused(environment, name):
    message = refusal(environment, **{name: "astrology"})
    assert name in message and "'astrology' is unknown" in message


def test_two_bad_values_are_both_named(environment):
    message = refusal(environment, PREP_CORES="many", PREP_LOG_LEVEL="loud")
    assert "PREP_CORES='many'" in message and "PREP_LOG_LEVEL='loud'" in message


def test_a_refusal_does_not_show_the_token(environment):
    assert "s3cret" not in refusal(environment, PREP_CORES="many", PREP_API_TOKEN="s3cret")


def test_settings_that_break_the_published_retention_are_refused(environment):
    message = refusal(environment, PREP_BUNDLE_TTL_SECONDS="6481")
    assert "is 7201 s" in message and "privacy page" in message
    assert all(name in message for name in [*RETENTION, "PREP_SWEEP_INTERVAL_SECONDS"])


def test_settings_that_just_keep_the_published_retention_are_taken(environment):
    environment(PREP_BUNDLE_TTL_SECONDS="6480")
    assert read_settings().bundle_ttl_seconds == 6480


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_an_empty_variable_means_its_default(environment, name):
    environment(**{variable(name): ""})
    assert getattr(read_settings(), name) == Settings.model_fields[name].default


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_each_default_can_be_written_into_the_environment(environment, name):
    default = Settings.model_fields[name].default
    environment(**{variable(name): generate.written(default)})
    assert getattr(read_settings(), name) == default


@pytest.mark.parametrize("value", ["pca2,tsne2", " pca2 , tsne2, ", "pca2,,tsne2,"])
def test_lists_are_split_at_commas(environment, value):
    environment(PREP_METHODS=value)
    assert read_settings().methods == ["pca2", "tsne2"]


def test_the_origins_of_web_apps_keep_the_name_of_the_hosted_service(environment):
    environment(CORS_ALLOWED_ORIGIN="https://protspace.app, http://localhost:5173,")
    assert read_settings().cors_allowed_origin == [
        "https://protspace.app",
        "http://localhost:5173",
    ]


def test_an_unknown_variable_is_found(environment):
    environment(PREP_METHOD="pca2", PREP_METHODS="pca2", OTHER="1")
    assert unknown_variables() == ["PREP_METHOD"]


def test_an_unknown_variable_is_warned_about_at_the_start(
    environment, monkeypatch, capsys, tmp_path
):
    environment(PREP_METHOD="pca2", PREP_LOG_JSON_FORMAT="true", PREP_JOB_ROOT=str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(__main__.Server, "run", lambda server, sockets=None: None)
    try:
        assert __main__.main(["--port", "0"]) == 0
    finally:
        structlog.reset_defaults()
    line = capsys.readouterr().err
    assert '"unknown_setting"' in line and "PREP_METHOD" in line and '"warning"' in line


def test_the_page_of_settings_is_current():
    current = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert current == generate.settings_md(), "run: make generated"


def test_each_setting_has_a_meaning():
    assert all(field.description for field in Settings.model_fields.values())


def test_times_of_stages_are_written_in_pairs(environment):
    environment(PREP_STAGE_TIMEOUT_SECONDS=" embedding=300, projecting = 120 ")
    assert read_settings().stage_timeout_seconds == {"embedding": 300, "projecting": 120}


def test_the_stages_that_can_have_a_time_are_those_that_clients_see():
    assert list(get_args(Stage)) == list(dict.fromkeys(STAGES.values()))


def test_steps_may_write_the_whole_cache(environment):
    assert read_settings().file_limit == 40960
    message = refusal(environment, PREP_STEP_FILE_MB="20000")
    assert "PREP_STEP_FILE_MB is 20000" in message and "20480 MB" in message
    environment(PREP_CACHE="none")
    assert read_settings().file_limit == 20000


def test_steps_on_a_gpu_have_no_limit_of_address_space(environment):
    assert read_settings().memory_limit == 16384
    environment(PREP_BACKEND="local")
    assert read_settings().memory_limit == 0
