"""The request of an upload: what was asked for."""

from typing import Annotated

from pydantic import Field

from gateway.runs.stored import Stored
from gateway.settings import Choice


class Request(Stored):
    """Name of the file, what was counted in it, what was chosen, and the number of embedders.

    `keep` is whether the result stays after a download; `None` where the upload does not say.
    `base_map` is the name of the map that it joins, if any.
    """

    file_name: str
    counts: dict[str, int] = Field(default_factory=dict)
    chosen: dict[Choice, list[str]] = Field(default_factory=dict)
    embedders: Annotated[int, Field(ge=1)] = 1
    keep: bool | None = None
    base_map: str | None = None
