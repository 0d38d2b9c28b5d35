"""The request of an upload: what was asked for."""

from typing import Annotated

from pydantic import Field

from gateway.runs.stored import Stored
from gateway.settings import Choice


class Request(Stored):
    """Name of the file, what was counted in it, what was chosen, and the number of embedders."""

    file_name: str
    counts: dict[str, int] = Field(default_factory=dict)
    chosen: dict[Choice, list[str]] = Field(default_factory=dict)
    embedders: Annotated[int, Field(ge=1)] = 1
