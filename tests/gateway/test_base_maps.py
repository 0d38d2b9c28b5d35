"""Uploads that join a map of the operator."""

import json
import os
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
import yaml
from protspace.data.io.bundle import read_bundle_contents

from tests.support.base_maps import NEW, OLD, make_base
from tests.support.gateway_process import ROOT, Gateway, fasta

FASTA = "".join(NEW)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """Return the results of a small run; tests must not change them."""
    return make_base(tmp_path_factory.mktemp("base"), n_neighbors=15)


@pytest.fixture(scope="module")
def server(base, tmp_path_factory):
    """A gateway whose own embedder is another one, and which takes no file of so few proteins."""
    gateway = Gateway(
        tmp_path_factory.mktemp("gateway") / "runs",
        PREP_BASE_MAPS=f"toxins={base}, other={base / 'toxins.parquetbundle'}",
        PREP_SEQUENCE_MIN_COUNT="25",
        PREP_SEQUENCE_MAX_COUNT="40",
        PREP_ALLOWED_EMBEDDERS="composition",
        PREP_ALLOWED_INPUTS="file,embeddings",
        PREP_DOWNLOAD_GRACE_SECONDS="3600",
    )
    yield gateway.start()
    gateway.stop()


@pytest.fixture(scope="module")
def grown(server):
    """Return the id of a finished upload that joined the map."""
    answer = server.post(FASTA, name="my proteins; new.fasta", base_map="toxins")
    assert answer.status_code == 202, answer.text
    job_id = answer.json()["job_id"]
    last = server.finish(job_id)
    assert last["event"] == "done", last
    return job_id


def refusal(answer, status=400):
    assert answer.status_code == status, answer.text
    return answer.json()["code"], answer.json()["error"]


def test_upload_is_placed_on_the_map_and_old_proteins_stay(server, grown, base):
    folder = server.root / grown / "results/input"
    for name in ("kmers.pca2", "kmers.umap2"):
        before = pq.read_table(base / f"projections/{name}.parquet")
        after = pq.read_table(folder / f"projections/{name}.parquet")
        assert after.num_rows == len(OLD) + len(NEW)
        assert after.slice(0, len(OLD)).equals(before)


def test_bundle_has_both_and_names_new_ones_by_the_upload(server, grown):
    found = read_bundle_contents(server.bundle(grown).content, warn_legacy=False).annotations
    added = ["toxins"] * len(OLD) + ["my_proteins_new"] * len(NEW)
    assert found["added"].to_pylist() == added
    preview = server.client.get(f"/api/prepare/{grown}/preview").json()
    novelty = next(each for each in preview["annotations"] if each["name"] == "novelty")
    assert [each is None for each in novelty["numbers"]] == [each == "toxins" for each in added]


def test_configuration_is_that_of_the_map(server, grown):
    status = server.client.get(f"/api/prepare/{grown}").json()
    assert (status["base_map"], status["sequences"]) == ("toxins", len(NEW))
    assert (status["embedders"], status["methods"]) == (["kmers"], ["pca2", "umap2"])
    shown = server.client.get(f"/api/prepare/{grown}/preview").json()["provenance"]
    assert shown["configuration"]["n_neighbors"] == 15
    assert shown["configuration"]["annotations"] == ["header", "sequence"]


def test_server_says_what_there_is_to_join(server):
    maps = server.client.get("/api/options").json()["base_maps"]
    assert [each["name"] for each in maps] == ["toxins", "other"]
    assert maps[0] == {
        "name": "toxins",
        "proteins": len(OLD),
        "embedders": ["kmers"],
        "methods": ["pca2", "umap2"],
        "min_sequences": 1,
    }


def test_description_for_programs_names_the_maps_where_there_are_any(server, gateway):
    for each, names in ((server, ["toxins", "other"]), (gateway, None)):
        schemas = each.client.get("/openapi.json").json()["components"]["schemas"]
        field = schemas["Upload"]["properties"].get("base_map")
        assert (field["enum"] if field else None) == names


def test_time_of_a_job_is_kept_apart_from_those_of_maps_of_their_own(server, grown):
    history = server.client.get("/api/options").json()["history"]
    assert "kmers@toxins" in history and "kmers" not in history


def test_same_upload_again_gives_the_same_bytes_and_another_map_another_job(server, grown):
    again = server.submit(FASTA, base_map="toxins", annotations="", methods="")
    other = server.submit(FASTA, base_map="other", annotations="", methods="")
    for job_id in (again, other):
        assert server.finish(job_id)["event"] == "done"
    places = [
        (server.root / job / "results/input/projections/kmers.umap2.parquet").read_bytes()
        for job in (grown, again, other)
    ]
    assert len({grown, again, other}) == 3 and len(set(places)) == 1
    ancestry = json.loads((server.root / other / "results/input/provenance.json").read_text())
    assert ancestry["ancestry"][-1]["dataset"] == "toxins"
    assert ancestry["ancestry"][-1]["files"][0]["sha256"]


def test_one_protein_is_enough_for_a_map_and_too_few_without(server):
    job_id = server.submit(NEW[0], base_map="toxins", methods="pca2")
    assert server.finish(job_id)["event"] == "done"
    config = yaml.safe_load((server.root / job_id / "config.yaml").read_text())
    assert (config["methods"], config["min_sequences"]) == (["pca2"], 1)
    code, _ = refusal(server.post(NEW[0]))
    assert code == "TOO_FEW_SEQUENCES"


def test_limits_are_for_the_proteins_of_the_upload(server):
    code, message = refusal(server.post(fasta(41), base_map="toxins"))
    assert code == "TOO_MANY_SEQUENCES" and "40" in message


def test_unknown_map_is_refused_with_those_that_there_are(server):
    code, message = refusal(server.post(FASTA, base_map="../toxins"))
    assert code == "NOT_ALLOWED"
    assert message == "base_map '../toxins' is not offered here; offered: toxins, other."


@pytest.mark.parametrize(
    ("field", "value", "made"),
    [("embedders", "composition", "kmers"), ("methods", "tsne2", "pca2, umap2")],
)
def test_choice_against_the_map_is_refused_with_both_values(server, field, value, made):
    code, message = refusal(server.post(FASTA, base_map="toxins", **{field: value}))
    assert code == "ONTO_DIFFERS"
    assert f"{field} '{value}'" in message and f"which has {made}." in message


def test_file_of_embeddings_cannot_join(server):
    parts = {"embeddings": ("x.h5", b"not even read")}
    answer = server.client.post("/api/prepare", files=parts, data={"base_map": "toxins"})
    code, message = refusal(answer)
    assert code == "NOT_ALLOWED" and "no sequences" in message


def test_other_sequence_under_an_identifier_of_the_map_ends_the_job(server):
    record = OLD[0].splitlines()[0] + "\nMAAAAAAAAAAAAAAAAAAAAAA\n"
    job_id = server.submit(record, base_map="toxins", methods="pca2")
    last = server.finish(job_id)["data"]
    assert last["code"] == "DUPLICATE_IDENTIFIERS"
    assert "/toxins" not in last["message"]


def test_map_that_is_gone_is_told_and_nothing_is_queued(base, start_gateway, tmp_path):
    copy = shutil.copytree(base, tmp_path / "copy")
    gateway = start_gateway(PREP_BASE_MAPS=f"toxins={copy}")
    (copy / "projections/kmers.umap2.parquet").unlink()
    code, message = refusal(gateway.post(FASTA, base_map="toxins"), 503)
    assert code == "BASE_MAP_UNAVAILABLE" and "'toxins'" in message
    assert gateway.health() == {"running": 0, "queued": 0}


def test_room_for_the_map_is_needed_beside_that_of_an_upload(base, start_gateway, tmp_path):
    copy = shutil.copytree(base, tmp_path / "copy")
    with (copy / "large").open("wb") as file:
        # A file with a hole takes no room here, but its copy would.
        file.truncate(shutil.disk_usage(tmp_path).total)
    gateway = start_gateway(PREP_BASE_MAPS=f"toxins={copy}", PREP_STEP_FILE_MB="0")
    assert refusal(gateway.post(FASTA, base_map="toxins"), 507)[0] == "DISK_FULL"
    assert gateway.post(fasta()).status_code == 202


def start(folder, maps, **settings) -> str:
    """Return what a start says that is refused."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREP_", "CORS_"))}
    settings = {"PREP_JOB_ROOT": str(folder / "runs"), "PREP_BASE_MAPS": maps} | settings
    command = [sys.executable, "-m", "gateway", "--port", "0"]
    result = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=600, env=kept | settings
    )
    assert result.returncode == 2, result.stderr
    return result.stderr


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        ("{base}", "must be written like toxins=/a/results/toxins,other=/b."),
        ("a b={base}", "which 'a b' is not"),
        ("toxins=", "it has no path"),
        ("toxins={base},toxins={base}", "has the name 'toxins' twice"),
        ("toxins={base},x/y", "a path with a comma needs a link"),
        ("toxins={tmp}", "base map 'toxins': '{tmp}' has no results of a finished run"),
        ("toxins=/nowhere=1", "there is no folder '/nowhere=1'"),
    ],
)
def test_start_with_what_is_no_map_is_refused(base, tmp_path, maps, said):
    message = start(tmp_path, maps.format(base=base, tmp=tmp_path))
    assert message.startswith("The gateway cannot start: PREP_BASE_MAPS")
    assert said.format(tmp=tmp_path) in message and message.count("\n") == 1


def changed(base, folder, change):
    """Return a copy of a map whose provenance is another one."""
    copy = shutil.copytree(base, folder / "copy")
    found = json.loads((copy / "provenance.json").read_text())
    change(found["configuration"])
    (copy / "provenance.json").write_text(json.dumps(found))
    return copy


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"methods": ["tsne2"]}, "was made by tsne2, which cannot place new proteins; pca2 and"),
        ({"embedders": ["composition"]}, "was not made with embedders=composition"),
        ({"embedders": []}, "does not say how the map was made"),
    ],
)
def test_start_with_a_map_that_cannot_grow_is_refused(base, tmp_path, keys, said):
    copy = changed(base, tmp_path, lambda found: found.update(keys))
    assert said in start(tmp_path, f"toxins={copy}")


def test_methods_that_cannot_place_are_left_out(base, start_gateway, tmp_path):
    copy = changed(base, tmp_path, lambda found: found["methods"].append("tsne2"))
    gateway = start_gateway(PREP_BASE_MAPS=f"toxins={copy}")
    (found,) = gateway.client.get("/api/options").json()["base_maps"]
    assert found["methods"] == ["pca2", "umap2"]
    assert "base_map_methods" in gateway.log.read_text()


def test_start_with_a_map_by_another_backend_is_refused(base, tmp_path):
    copy = changed(base, tmp_path, lambda found: found.update(embedders=["esm2_8m"]))
    for name in ("embeddings/{}.h5", "projections/{}.pca2.parquet", "projections/{}.umap2.parquet"):
        shutil.copy(copy / name.format("kmers"), copy / name.format("esm2_8m"))
    report = {"parameters": {"embedder": "esm2_8m", "backend": "local"}}
    (copy / "reports/embed.esm2_8m.json").write_text(json.dumps(report))
    message = start(tmp_path, f"toxins={copy}")
    assert "by the backend 'local', and PREP_BACKEND is 'biocentral'" in message


def test_start_with_a_run_of_the_gateway_itself_is_refused(base, tmp_path):
    message = start(tmp_path, f"toxins={base}", PREP_JOB_ROOT=str(base.parent))
    assert "is in PREP_JOB_ROOT, whose runs are removed" in message


def test_start_with_files_that_no_step_may_write_is_refused(base, tmp_path):
    maximum = {"PREP_STEP_FILE_MB": "1", "PREP_CACHE": "none"}
    message = start(tmp_path, f"toxins={base}", **maximum)
    assert "Raise PREP_STEP_FILE_MB" in message
