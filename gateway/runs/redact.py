"""Sentences that anybody may read have no paths of this machine."""

import re

#: An absolute path of at least two parts; not the path of a URL.
_PATH = re.compile(r"(?<![\w.@+%:/*~-])/(?:[\w.@+%-]+/)+(?:[\w.@+%-]*[\w@+%-])?")


def without_paths(sentence: str) -> str:
    """Return a sentence with the last part alone of each absolute path in it."""
    return _PATH.sub(lambda match: match[0].rstrip("/").rpartition("/")[2], sentence)
