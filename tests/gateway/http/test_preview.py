"""What the page gets to draw, beyond coordinates and values."""

from types import SimpleNamespace

import anyio
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from protspace.data.io.bundle import write_bundle

from gateway.http import preview
from tests.support.bundles import PROJECTIONS, tables


def test_styles_of_the_bundle_are_in_the_preview(tmp_path):
    path = tmp_path / "styled.parquetbundle"
    annotations, metadata, data = tables()
    whole = pc.field("projection_name") == PROJECTIONS[0]
    categories = {"kind 1": {"zOrder": 0, "color": "#AA0000", "shape": "diamond"}}
    write_bundle(
        [annotations, metadata.slice(0, 1), data.filter(whole)],
        path,
        {"bare": {"categories": categories}},
    )
    run = SimpleNamespace(bundle=path, neighbours=[], sequences=tmp_path / "sequences.parquet")
    pq.write_table(pa.table({"protein_id": [], "sequence": [], "length": []}), run.sequences)
    found = {each["name"]: each for each in anyio.run(preview.points, run)["annotations"]}
    code = found["bare"]["labels"].index("kind 1")
    wanted = {"colours": [[code, "#aa0000"]], "shapes": [[code, "diamond"]]}
    assert found["bare"]["style"] == wanted | {"order": [code], "hidden": []}
    assert found["cell"]["style"] is None and "style" not in found["count"]
