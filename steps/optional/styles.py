"""A user's styles (colours, shapes, order of values) -> the legend settings of one data set.

The file is that of `protspace style`. Annotations and values that this data set does not have are
left out with a warning, so that one file serves a batch.
"""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from protspace.utils.add_annotation_style import ALLOWED_SHAPES

from steps import cli
from steps.annotate.cells import GRAMMAR
from steps.bundle.tables import with_columns
from steps.errors import StepError
from steps.files import write_json

#: Annotation -> its style.
Styles = dict[str, dict[str, Any]]

# `protspace style --generate-template` leaves colours empty, for people to fill in.
_COLOUR = re.compile(r"|#[0-9A-Fa-f]{6}|rgba\([\d\s.,]+\)")


def _is_colour(value: object) -> bool:
    return bool(_COLOUR.fullmatch(str(value)))


def _is_shape(value: object) -> bool:
    return value in ALLOWED_SHAPES


#: Key of a style -> check of its values, and which are allowed.
_VALUES: dict[str, tuple[Callable[[object], bool], str]] = {
    "colors": (_is_colour, "'#D55E00' and the like"),
    "shapes": (_is_shape, ", ".join(ALLOWED_SHAPES)),
}


def read_styles(path: Path) -> Styles:
    """Return the styles of a file by annotation.

    Raises:
        StepError: INVALID_STYLES.
    """
    try:
        styles = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _invalid(path, f"it is no JSON ({error})") from error
    if not isinstance(styles, dict) or not all(isinstance(it, dict) for it in styles.values()):
        raise _invalid(path, "it is no object of objects, one for each annotation")
    for name, style in styles.items():
        for key, (check, allowed) in _VALUES.items():
            given = style.get(key, {})
            if not isinstance(given, dict):
                raise _invalid(path, f"{key} of '{name}' must be an object, by value")
            for value in given:
                if not check(given[value]):
                    fault = f"{key} of '{name}' has {given[value]!r} for '{value}'"
                    raise _invalid(path, f"{fault}; allowed: {allowed}")
    checked: Styles = styles
    return checked


def applicable(styles: Styles, annotations: pa.Table) -> Styles:
    """Return the styles of annotations and values that the table has; warn of the others."""
    from protspace.utils.add_annotation_style import resolve_style_key, style_keys

    kept = {}
    for name, style in styles.items():
        if name not in annotations.column_names[1:]:
            cli.log.warning(f"styles: no protein of this data set has a value of '{name}'.")
            continue
        values = style_keys(annotations[name].unique().to_pylist())
        kept[name] = dict(style)
        for key in {"colors", "shapes"} & set(style):
            absent = [value for value in style[key] if resolve_style_key(value, values) is None]
            kept[name][key] = {k: v for k, v in style[key].items() if k not in absent}
            for value in absent:
                cli.log.warning(f"styles: '{name}' has no value '{value}' in this data set.")
    return kept


def bundle_styles(styles: Styles, annotations: pa.Table, existing: Styles | None) -> Styles:
    """Return the styles as the bundle has them, on top of `existing` ones.

    Raises:
        ValueError: in protspace's words, such as for a shape it does not have.
    """
    from protspace.data.io import bundle as protspace
    from protspace.utils.add_annotation_style import add_annotation_styles_parquet

    with TemporaryDirectory(prefix="styles-") as name:
        source, target = Path(name, "in"), Path(name, "out")
        source.mkdir()
        target.mkdir()
        stamped = annotations.replace_schema_metadata(GRAMMAR)
        pq.write_table(stamped, source / protspace.ANNOTATIONS_FILENAME)
        if existing:
            path = source / protspace.SETTINGS_FILENAME
            path.write_bytes(protspace.create_settings_parquet(existing))
        add_annotation_styles_parquet(str(source), styles, str(target))
        made = protspace.read_settings_from_file(target / protspace.SETTINGS_FILENAME)
    # protspace keeps annotations in a set, which has another order in each process.
    styled = [name for name in styles if name in made]
    return {name: made[name] for name in [*styled, *sorted(set(made) - set(styles))]}


def main(argv: list[str] | None = None) -> None:
    """Run step styles."""
    options = cli.parser("styles", __doc__)
    options.add_argument("styles", type=Path, help="JSON file")
    options.add_argument("--annotations", type=Path, required=True)
    options.add_argument("--more", type=Path, nargs="*", default=[], help="tables of more columns")
    options.add_argument("--existing", type=Path, nargs="?", help="styles to start from")
    options.add_argument("--output", type=Path, required=True, help="JSON file to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    annotations = with_columns(pq.read_table(arguments.annotations), arguments.more)
    styles = applicable(read_styles(arguments.styles), annotations)
    existing = json.loads(arguments.existing.read_text()) if arguments.existing else None
    try:
        made = bundle_styles(styles, annotations, existing)
    except ValueError as error:
        raise _invalid(arguments.styles, str(error)) from error
    write_json(arguments.output, made)
    report.counts = {"annotations": len(styles)}
    report.packages = ("protspace",)


def _invalid(path: Path, fault: str) -> StepError:
    return StepError("INVALID_STYLES", f"The styles in {path.name} cannot be used: {fault}.")
