"""How rows come from PostgreSQL."""

from typing import Any

from psycopg import Cursor
from psycopg.pq import Format


class BinaryCursor(Cursor):
    """Takes results as they are; as text, a vector would come as hexadecimal digits."""

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options)
        self.format = Format.BINARY
