"""Statements outside of a store."""

import psycopg


def run(url, statement):
    """The rows of one statement, in a connection and a transaction of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
