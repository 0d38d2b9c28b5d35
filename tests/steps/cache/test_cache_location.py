"""The key `cache`: what it may be, and what is said about anything else."""

import subprocess
import sys

import pytest

from steps.cache import check_cache, open_cache
from steps.errors import StepError


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ("default", "default"),
        (" None ", "none"),
        ("/data//store.sqlite", "/data/store.sqlite"),
        ("postgresql://me@host:5432/db", "postgresql://me@host:5432/db"),
        ("postgres://me@host/db", "postgresql://me@host/db"),
        ("postgresql:///db?host=/run/postgresql", "postgresql:///db?host=/run/postgresql"),
    ],
)
def test_what_is_allowed_is_made_canonical(value, canonical):
    assert check_cache(value) == canonical
    assert check_cache(canonical) == canonical


@pytest.mark.parametrize("value", ["store.sqlite", "~/store.sqlite", "", "mysql://me@host/db"])
def test_anything_else_is_refused_with_what_is_allowed(value):
    with pytest.raises(ValueError, match="allowed: 'default', 'none', the absolute path"):
        check_cache(value)


@pytest.mark.parametrize("url", ["postgresql://me@host", "postgresql://me@host:port/db"])
def test_a_url_must_be_whole(url):
    with pytest.raises(ValueError, match="write postgresql://user@host/database"):
        check_cache(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@host/db",
        "postgresql://me@host/db?password=secret",
        "postgresql://me:1/secret@host/db",
        "postgresql://me:#secret@host/db",
        "postgresql://me:1?secret@host/db",
        "mysql://me:secret@host/db",
    ],
)
def test_a_password_is_refused_and_never_repeated(url):
    with pytest.raises(StepError) as caught:
        open_cache(url)
    assert caught.value.code == "INVALID_CONFIG"
    assert "secret" not in caught.value.message


def test_the_refusal_says_where_the_password_belongs():
    with pytest.raises(ValueError, match=r"PGPASSFILE \(~/\.pgpass\).* PGPASSWORD"):
        check_cache("postgresql://me:secret@host/db")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="name a file in it"):
        check_cache(str(tmp_path))


def test_a_server_that_is_not_there_is_named_with_a_remedy():
    with pytest.raises(StepError, match=r"//me@127\.0\.0\.1:1/db cannot be used") as caught:
        open_cache("postgresql://me@127.0.0.1:1/db")
    assert caught.value.code == "CACHE_UNAVAILABLE"
    assert "refused" in caught.value.message and "cache: none" in caught.value.message
    assert "\n" not in caught.value.message


def test_checking_a_value_loads_no_library():
    code = "import sys, steps.cache; steps.cache.check_cache('default'); print(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not {"sqlalchemy", "numpy", "platformdirs"} & set(output.stdout.split())
