"""A template of styles: all annotations of a bundle and their values, for people to fill in.

It is that of `protspace style --generate-template`, which a test compares, without an object of
Python for each cell, of which that takes minutes for half a million proteins.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa

from steps import cli
from steps.annotate.cells import is_number
from steps.bundle.reading import find_bundle, read_bundle


def template(annotations: pa.Table) -> dict[str, dict[str, Any]]:
    """Return annotation -> style with each value, the most frequent first, without a colour.

    Annotations are in the order of the alphabet, missing values last and with their colour.
    """
    return {
        name: _style(name, _frequencies(annotations, name))
        for name in sorted(set(annotations.column_names) - {"protein_id"})
    }


def _frequencies(annotations: pa.Table, name: str) -> Counter[str]:
    """Return how often each label of an annotation occurs, in the order in which they do."""
    from protspace.data.annotations.encoding import read_format_version, to_display_value

    escaped = read_format_version(annotations) >= 2
    # As pandas has them, numbers with gaps are 1.0 and so on.
    cells = Counter(map(str, annotations[name].to_pandas().astype(object)))
    found: Counter[str] = Counter()
    for cell, count in cells.items():
        for hit in cell.split(";"):
            found[to_display_value(hit, decode=escaped)] += count
    return found


def _style(name: str, found: Counter[str]) -> dict[str, Any]:
    from protspace.data.io import settings_converter as protspace

    labels = [label for label, _ in found.most_common()]
    values = [label for label in labels if not protspace.is_na_label(label)]
    missing = {protspace.NA_INTERNAL: protspace.NA_DEFAULT_COLOR} if values != labels else {}
    palette = {"selectedPaletteId": protspace.DEFAULT_CATEGORICAL_PALETTE_ID}
    if values and all(map(is_number, values)):
        # The palette of numbers is a scale, which is chosen in ProtSpace.
        palette = {}
        cli.log.warning(
            f"'{name}' has numbers, which ProtSpace draws on a scale: leave it out of the styles, "
            "or group its values into categories, as a column of your own table."
        )
    return {
        "sortMode": "size-desc",
        "maxVisibleValues": 10,
        "shapeSize": 10,
        **palette,
        "hiddenValues": [],
        "colors": dict.fromkeys(values, "") | missing,
        "shapes": {},
    }


def template_of(path: Path) -> dict[str, dict[str, Any]]:
    """Return the template of a bundle, or of the one in a folder.

    Raises:
        StepError: BUNDLE_UNREADABLE.
    """
    return template(read_bundle(find_bundle(path)).annotations)
