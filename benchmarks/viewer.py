"""The HTML file of 1,000 to 573,000 simulated proteins: its size, and how fast chromium shows it.

Each has 15 annotations as a run of UniProt proteins would, two projections, ten nearest proteins.
Printed are megabytes, seconds from opening until the first picture, and milliseconds a frame while
panning and zooming, in software rendering.

    python benchmarks/viewer.py --sizes 1000 10000
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measure import ROOT

sys.path.insert(0, str(ROOT))
from steps.annotate.cells import GRAMMAR
from steps.bundle.step import write_bundle
from steps.files import write_json
from steps.project.neighbours import COUNT

SIZES = (1_000, 10_000, 100_000, 573_000)
#: Size -> most megabytes.
MOST = {10_000: 5, 573_000: 150}
FAMILIES, LENGTH = 400, 350
FRAMES = """async () => {
    const canvas = document.getElementById("canvas");
    const turn = {deltaY: -20, clientX: 300, clientY: 400, bubbles: true, cancelable: true};
    const frame = () => new Promise(requestAnimationFrame);
    for (let warm = 0; warm < 5; warm += 1) {
        canvas.dispatchEvent(new WheelEvent("wheel", turn));
        await frame();
    }
    const started = performance.now();
    for (let done = 0; done < 40; done += 1) {
        canvas.dispatchEvent(new WheelEvent("wheel", {...turn, deltaY: done % 2 ? -20 : 20}));
        await frame();
    }
    return (performance.now() - started) / 40;
}"""


def text(prefix: str, codes: np.ndarray) -> pa.Array:
    return pa.array([f"{prefix} {code}" for code in codes.tolist()])


def table(count: int, rng: np.random.Generator, family: np.ndarray) -> pa.Table:
    """Fifteen annotations: few values, many, almost one for each protein, numbers."""
    length = rng.gamma(3, 130, count).astype(np.int64) + 20
    holes = rng.random(count) < 0.3
    columns = {
        "protein_id": pa.array([f"A{i:06d}" for i in range(count)]),
        "family": text("Family of proteins", family),
        "superfamily": text("Superfamily", family // 5),
        "organism": text("Organism species", rng.zipf(1.4, count) % 9000),
        "genus": text("Genus", rng.zipf(1.5, count) % 2000),
        "phylum": text("Phylum", rng.zipf(1.7, count) % 40),
        "pfam": pa.array([f"PF{c:05d}" for c in (family * 37 % 20000).tolist()], mask=holes),
        "cath": pa.array(
            [f"{c % 4}.{c % 30}.{c}" for c in family.tolist()], mask=rng.random(count) < 0.4
        ),
        "location": text("Cell compartment", rng.zipf(2, count) % 30),
        "reviewed": text("status", rng.integers(0, 2, count)),
        "protein_name": text("Protein with a usual name, number", rng.integers(0, count, count)),
        "gene_name": text("gen", rng.integers(0, count, count)),
        "length": pa.array(length),
        "mass": pa.array(np.round(length * 110.3 + rng.normal(0, 300, count), 1)),
        "gravy": pa.array(np.round(rng.normal(-0.3, 0.4, count), 3)),
        "isoelectric_point": pa.array(np.round(rng.normal(7, 1.5, count), 2)),
    }
    return pa.table(columns).replace_schema_metadata(GRAMMAR)


def projections(
    names: list[str], identifiers: pa.Array, places: list[np.ndarray]
) -> list[pa.Table]:
    metadata = {"projection_name": names, "dimensions": [2] * len(names)}
    metadata |= {"info_json": ["{}"] * len(names), "source": ["kmers"] * len(names)}
    size = len(identifiers)
    data = [
        pa.table(
            {
                "projection_name": pa.repeat(pa.scalar(name), size),
                "protein_id": identifiers,
                "x": pa.array(xy[:, 0]),
                "y": pa.array(xy[:, 1]),
                "z": pa.nulls(size, pa.float32()),
            }
        )
        for name, xy in zip(names, places, strict=True)
    ]
    return [pa.table(metadata), pa.concat_tables(data)]


def simulate(folder: Path, count: int) -> list[str]:
    """Write the inputs of step html; return its arguments."""
    rng = np.random.default_rng(0)
    family = rng.zipf(1.3, count) % FAMILIES
    annotations = table(count, rng, family)
    middles = rng.normal(0, 10, (2, FAMILIES, 2))
    places = [
        (middle[family] + rng.normal(0, 0.7, (count, 2))).astype(np.float32) for middle in middles
    ]
    names = ["kmers — UMAP 2", "kmers — PCA 2"]
    parts = projections(names, annotations["protein_id"], places)
    bundle = folder / f"simulated-{count}.parquetbundle"
    write_bundle(bundle, [annotations, *parts], 3)
    near = rng.integers(0, count, count * COUNT, dtype=np.int32)
    far = np.sort(rng.gamma(5, 0.1, (count, COUNT)).astype(np.float32), axis=1).ravel()
    columns = {"protein_id": annotations["protein_id"]}
    columns["neighbours"] = pa.FixedSizeListArray.from_arrays(near, COUNT)
    columns["distances"] = pa.FixedSizeListArray.from_arrays(far, COUNT)
    notes = {"embedder": "kmers", "metric": "euclidean"}
    pq.write_table(pa.table(columns).replace_schema_metadata(notes), folder / "near.parquet")
    residues = [
        "".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), LENGTH)) for _ in range(min(count, 10_000))
    ]
    sequences = pa.table({"protein_id": annotations["protein_id"]})
    sequences = sequences.append_column(
        "sequence", pa.array([residues[i % len(residues)] for i in range(count)])
    )
    pq.write_table(
        sequences.append_column("length", pa.array([LENGTH] * count)), folder / "sequences.parquet"
    )
    write_json(folder / "provenance.json", {"warnings": [], "versions": {}, "input": {}})
    return [
        str(bundle), "--neighbours", str(folder / "near.parquet"),
        "--sequences", str(folder / "sequences.parquet"),
        "--provenance", str(folder / "provenance.json"),
        "--output", str(folder / f"simulated-{count}.html"),
    ]  # fmt: skip


def shown(path: Path) -> tuple[float, float]:
    """Return seconds until the first picture, and milliseconds a frame of a movement."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(path.as_uri(), wait_until="commit")
        page.locator("#canvas[data-drawn]").wait_for(timeout=120_000)
        ready = "performance.getEntriesByName('points')[0]?.duration ?? performance.now()"
        seconds = page.evaluate(ready) / 1000
        frame = page.evaluate(FRAMES)
        browser.close()
    return seconds, frame


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--keep", type=Path, help="keep the files in this folder")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for count in arguments.sizes:
            command = [sys.executable, "-m", "steps", "html", *simulate(folder, count)]
            subprocess.run(command, check=True, cwd=ROOT)
            path = folder / f"simulated-{count}.html"
            megabytes = path.stat().st_size / 1e6
            first, frame = shown(path)
            print(
                f"{count:>9,} proteins {megabytes:7.1f} MB {first:6.2f} s {frame:6.1f} ms a frame"
            )
            if count in MOST:
                print(f"ratio viewer_megabytes_{count} {megabytes:.2f} {MOST[count]}")


if __name__ == "__main__":
    main()
