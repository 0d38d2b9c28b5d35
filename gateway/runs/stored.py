"""Files of a run are checked when they are read: a disk, a person or another version wrote them."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict


class Stored(BaseModel):
    """A JSON object in a file; fields that another version has beside these are left out."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)

    #: Another number means that fields have another meaning. Version 0.1.0 left it out.
    schema_version: Literal[1] = 1

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the object of a file.

        Raises:
            OSError, ValueError: it cannot be read, or is no such object.
        """
        return cls.model_validate_json(path.read_bytes())

    def with_changed(self, **values: object) -> Self:
        """Return a copy with other values of some fields.

        Raises:
            ValueError: a value is not allowed.
        """
        return self.model_validate(self.model_dump() | values)
