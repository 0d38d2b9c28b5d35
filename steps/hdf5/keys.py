"""Names of datasets: identifiers, but for what HDF5 cannot hold.

`/` separates groups and `.` is a group itself, so `%`, `/` and a lone `.` are percent-encoded.
protspace reads such a name as it stands.
"""

import re


def dataset_name(identifier: str) -> str:
    """Return the HDF5 name for an identifier."""
    if identifier == ".":
        return "%2E"
    return identifier.replace("%", "%25").replace("/", "%2F")


def identifier_of(name: str) -> str:
    """Return the identifier of an HDF5 name: the inverse of `dataset_name`."""
    # Few have one, and looking first is ten times faster.
    if "%" not in name:
        return name
    return re.sub("%(25|2F|2E)", lambda match: chr(int(match[1], 16)), name)
