"""A user's styles (colours, shapes, order of values) -> the legend settings of one data set.

The file is that of `protspace style`. Annotations and values that this data set does not have are
left out with a warning, so that one file serves a batch.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.cells import GRAMMAR
from steps.bundle.tables import with_columns
from steps.errors import did_you_mean
from steps.files import json_text, print_bytes, write_json
from steps.optional.style_file import Styles, invalid, read_styles, shown
from steps.optional.template import template_of

#: Names in a warning.
_EXAMPLES = 3


def applicable(styles: Styles, annotations: pa.Table) -> Styles:
    """Return the styles of annotations and values that the table has; warn of the others."""
    from protspace.data.io.settings_converter import REST_MARKER
    from protspace.utils.add_annotation_style import style_keys

    there = annotations.column_names[1:]
    absent = [name for name in styles if name not in there]
    if absent:
        hint = did_you_mean(absent[0], there)
        cli.log.warning(
            f"styles: no protein of this data set has a value of {_some(absent)}.{hint}"
        )
    kept = {name: dict(style) for name, style in styles.items() if name in there}
    lacking: dict[str, dict[str, None]] = {}
    for name, style in kept.items():
        resolve = _resolver(style_keys(annotations[name].unique().to_pylist()))
        for key in filter(style.get, ("colors", "shapes")):
            spelled = {value: resolve(value) for value in style[key]}
            for value in (value for value, found in spelled.items() if found is None):
                lacking.setdefault(name, {})[value] = None
            # Of several spellings of one value, the last: protspace compares each with all values.
            last = {found: value for value, found in spelled.items() if found is not None}
            style[key] = {value: style[key][value] for value in last.values()}
        named = [*style.get("hiddenValues", ()), *style.get("pinnedValues", ())]
        absent = [value for value in named if value != REST_MARKER and resolve(value) is None]
        if absent:
            lacking.setdefault(name, {}).update(dict.fromkeys(absent))
    _warn({name: list(values) for name, values in lacking.items()})
    return kept


def _warn(lacking: dict[str, list[str]]) -> None:
    """Warn of values that a data set does not have, by annotation."""
    for name in list(lacking)[:_EXAMPLES]:
        values = _some(lacking[name])
        cli.log.warning(f"styles: {shown(name)} has no value {values} in this data set.")
    more = list(lacking)[_EXAMPLES:]
    if more:
        cli.log.warning(f"styles: {_some(more)} lack values of the file, too.")


def _some(names: Sequence[str]) -> str:
    examples = ", ".join(map(shown, names[:_EXAMPLES]))
    more = len(names) - _EXAMPLES
    return f"{examples} and {more:,} more" if more > 0 else examples


def _resolver(values: set[str]) -> Callable[[str], str | None]:
    """Return protspace's `resolve_style_key` for these values, without a look at all of them."""
    from protspace.data.io.settings_converter import is_na_label

    missing: str | None = min(filter(is_na_label, values), default=None)
    numbers = {number: value for value in sorted(values) if (number := _number(value)) is not None}

    def resolve(value: str) -> str | None:
        if value in values:
            return value
        if missing is not None and is_na_label(value):
            return missing
        number = _number(value)
        return None if number is None else numbers.get(number)

    return resolve


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


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
    given = options.add_mutually_exclusive_group(required=True)
    given.add_argument("styles", type=Path, nargs="?", help="JSON file")
    given.add_argument(
        "--template",
        type=Path,
        metavar="BUNDLE",
        help="print styles to fill in instead: all values of a bundle, or of the one in a folder",
    )
    options.add_argument("--annotations", type=Path)
    options.add_argument("--more", type=Path, nargs="*", default=[], help="tables of more columns")
    options.add_argument("--existing", type=Path, nargs="?", help="styles to start from")
    options.add_argument("--output", type=Path, help="JSON file to write")

    def work(arguments: argparse.Namespace, report: cli.Report) -> None:
        if arguments.template:
            _write_template(arguments, report)
        elif arguments.annotations and arguments.output:
            _work(arguments, report)
        else:
            options.error("the following arguments are required: --annotations, --output")

    cli.run(options, work, argv)


def _write_template(arguments: argparse.Namespace, report: cli.Report) -> None:
    """Write the template, or print it without `--output`."""
    made = template_of(arguments.template)
    report.counts = {"annotations": len(made)}
    report.packages = ("protspace",)
    if arguments.output:
        write_json(arguments.output, made)
    else:
        print_bytes([json_text(made).encode()])


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    annotations = with_columns(pq.read_table(arguments.annotations), arguments.more)
    styles = applicable(read_styles(arguments.styles), annotations)
    existing = json.loads(arguments.existing.read_text()) if arguments.existing else None
    try:
        made = bundle_styles(styles, annotations, existing)
    except ValueError as error:
        raise invalid(arguments.styles, str(error)) from error
    write_json(arguments.output, made)
    report.counts = {"annotations": len(styles)}
    report.packages = ("protspace",)
