"""A PostgreSQL database for each test, on the server that `scripts/postgres` starts."""

import os
from uuid import uuid4

import psycopg
import pytest

from steps.cache import open_cache
from tests.support.postgres_server import run

VARIABLE = "PROTSPACE_TEST_POSTGRES"


@pytest.fixture(scope="session")
def server():
    """URL of a server where databases may be created. These tests fail where there is none."""
    try:
        url = os.environ[VARIABLE]
        run(url, "SELECT 1")
    except (KeyError, psycopg.OperationalError) as error:
        text = f"no PostgreSQL server at {VARIABLE} ({error}); run `make test-postgres`."
        pytest.fail(text, pytrace=False)
    return url


@pytest.fixture
def cache(server):
    """URL of an empty database."""
    name = f"store_{uuid4().hex}"
    run(server, f"CREATE DATABASE {name}")
    yield _named(server, name)
    run(server, f"DROP DATABASE {name} WITH (FORCE)")


def _named(url, database):
    head, _, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{database}?{query}"


@pytest.fixture
def store(cache):
    with open_cache(cache) as store:
        yield store
