"""Join ES modules to one script, which a page can hold that is opened from disk.

A module becomes a function that returns what it exports. Only what the viewer uses is understood:
`import { a, b as c } from "./x.js"`, and `export` before a declaration.
"""

import re
from pathlib import Path

from steps.errors import StepError

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function\*?|const|class) (\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)
#: What would end the element that the script is in, or hide its end.
_ENDS = re.compile(r"</script|<!--", re.IGNORECASE)


def joined(folder: Path, entry: str) -> str:
    """Return one script of the modules that `entry` needs, each before those that import it.

    Raises:
        StepError: INTERNAL, for a module that cannot be joined.
    """
    done: dict[str, str] = {}
    _add(folder, entry, done, ())
    return '"use strict";\n(() => {\n' + "".join(done.values()) + "})();\n"


def _add(folder: Path, name: str, done: dict[str, str], above: tuple[str, ...]) -> None:
    if name in done:
        return
    if name in above:
        raise StepError("INTERNAL", f"Modules import each other: {' > '.join((*above, name))}")
    source = (folder / f"{name}.js").read_text(encoding="utf-8")
    for _, needed in _IMPORT.findall(source):
        _add(folder, needed, done, (*above, name))
    done[name] = _as_function(name, source)


def _as_function(name: str, source: str) -> str:
    exported = [found[1] for found in _EXPORT.findall(source)]
    body = _IMPORT.sub(lambda found: _unpacked(found[1], found[2]), source)
    body = _EXPORT.sub(r"\1 \2", body)
    if other := _OTHER.search(body):
        raise StepError("INTERNAL", f"{name}.js: '{other[0]}' is no import that can be joined.")
    if end := _ENDS.search(body):
        raise StepError("INTERNAL", f"{name}.js has '{end[0]}', which would end the script.")
    return (
        f"const {_variable(name)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"
    )


def _unpacked(names: str, module: str) -> str:
    pairs = re.sub(r"\s+", " ", names).strip().rstrip(",").replace(" as ", ": ")
    return f"const {{ {pairs} }} = {_variable(module)};\n"


def _variable(name: str) -> str:
    return "module_" + name.replace("-", "_")
