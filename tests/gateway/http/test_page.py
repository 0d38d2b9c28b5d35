"""Parts of the page: its files, the server's options, a result as points, a history."""

import json
import re
from urllib.parse import quote

import httpx
import pytest
from protspace.data.io.bundle import read_bundle_contents

from gateway.http.options import choices, notes
from gateway.progress.stages import STAGES
from gateway.runs import estimates
from gateway.runs.directory import Run
from gateway.settings import Settings
from steps.embed.models.catalogue import MODELS
from steps.files import write_json
from tests.support.gateway_process import ROOT, fasta

WEB = ROOT / "gateway" / "web"
VIEWER = [f"viewer/{path.name}" for path in sorted((ROOT / "viewer").iterdir())]
POLICY = {"script-src": "'self'", "style-src": "'self'", "connect-src": "'self'"}


def ask(gateway, path) -> dict:
    answer = gateway.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def policy(answer) -> dict[str, str]:
    parts = answer.headers.get_list("content-security-policy")
    assert len(parts) == 1
    return dict(part.split(" ", 1) for part in parts[0].split("; "))


def test_the_page_may_run_its_own_files_and_nothing_else(gateway):
    answer = gateway.client.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert policy(answer) | POLICY == policy(answer)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(r"<script>|<style|style=| on\w+=", answer.text)


def test_answers_of_the_interface_keep_the_strict_policy(gateway):
    for path in ("/api/options", "/healthz", "/nothing"):
        assert policy(gateway.client.get(path)) == {
            "default-src": "'none'",
            "frame-ancestors": "'none'",
        }


@pytest.mark.parametrize("path", [f"web/{path.name}" for path in sorted(WEB.iterdir())] + VIEWER)
def test_each_file_of_the_page_is_served_with_its_type(gateway, path):
    answer = gateway.client.get(f"/{path}")
    kind = {"js": "text/javascript", "css": "text/css", "svg": "image/svg", "html": "text/html"}
    assert answer.headers["content-type"].startswith(kind[path.rsplit(".")[-1]])
    assert (
        answer.content
        == (WEB.parent / path if path.startswith("web") else ROOT / path).read_bytes()
    )
    again = {"If-None-Match": answer.headers["etag"]}
    assert gateway.client.get(f"/{path}", headers=again).status_code == 304


@pytest.mark.parametrize("path", ["/web/../app.py", "/web/%2e%2e/app.py", "/web/", "/web/x.js"])
def test_nothing_beside_the_files_of_the_page_is_served(gateway, path):
    raw = httpx.URL(gateway.url).copy_with(raw_path=path.encode())
    assert gateway.client.get(raw).json()["code"] == "NOT_FOUND"


def test_the_example_is_served(gateway):
    example = (ROOT / "examples" / "families.fasta").read_text()
    assert gateway.client.get("/example.fasta").text == example


@pytest.mark.parametrize("path", ["/", "/example.fasta", "/web/main.js"])
@pytest.mark.parametrize("asked", ["bytes=x", "words", "bytes=5-", "bytes=999999999-"])
def test_files_of_the_page_come_whole_whatever_range_is_asked_for(gateway, path, asked):
    answer = gateway.client.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, gateway.client.get(path).content)


def test_options_are_those_of_the_settings(start_gateway):
    found = ask(start_gateway(PREP_SEQUENCE_MAX_COUNT="77", PREP_METHODS="mds2"), "/api/options")
    assert found["limits"]["max_sequences"] == 77
    methods = {choice["name"]: choice["default"] for choice in found["choices"]["methods"]}
    assert [name for name, default in methods.items() if default] == ["mds2"]
    assert [stage["name"] for stage in found["stages"]] == list(dict.fromkeys(STAGES.values()))
    assert found["jobs"] == {"running": 0, "queued": 0, "at_once": 5}


def test_everything_that_can_be_offered_has_a_label_and_a_line_of_help():
    every = {"allowed_embedders": [*MODELS, "kmers", "composition", "some/model"]}
    every["allowed_annotations"] = ["default", "pfam", "biocentral", "header"]
    offered = choices(Settings(**every))
    assert [choice["name"] for choice in offered["embedders"]][-1] == "some/model"
    for choice in (choice for field in offered.values() for choice in field):
        assert choice["label"] and choice["help"].endswith(".")
    assert all("model hub" not in choice["help"] for choice in offered["embedders"][:-1])


def test_notes_name_the_server_that_gets_the_sequences():
    note = notes(Settings(biocentral_url="https://user:secret@bio.example:99/x"))["embedders"]
    assert "bio.example" in note and "secret" not in note
    assert "stay on it" in notes(Settings(backend="local"))["embedders"]
    ours = Settings(allowed_embedders=[], embedder="composition")
    assert "embedders" not in notes(ours)


def test_points_are_those_of_the_bundle(gateway, done):
    found = ask(gateway, f"/api/prepare/{done}/preview")
    contents = read_bundle_contents(gateway.bundle(done).content, warn_legacy=False)
    assert found["identifiers"] == contents.annotations["protein_id"].to_pylist()
    (projection,) = found["projections"]
    rows = zip(
        *(contents.projections[name].to_pylist() for name in ("protein_id", "x")), strict=True
    )
    wanted = dict(rows)
    for identifier, x in zip(found["identifiers"], projection["x"], strict=True):
        assert x == pytest.approx(wanted[identifier], abs=1e-4)


def test_sequences_of_points_are_those_of_the_upload(gateway, done):
    found = ask(gateway, f"/api/prepare/{done}/preview")
    records = dict(zip(found["identifiers"], found["sequences"], strict=True))
    assert "".join(f">P{i}\n{records[f'P{i}']}\n" for i in range(30)) == fasta(30)


def test_annotations_of_points_are_numbers_or_labels(gateway):
    records = [
        f">P{i} thing OS=Some organism {i % 3}\n{'ACDEFGHIKL'[i % 10 :]}MK\n" for i in range(20)
    ]
    job = gateway.submit("".join(records) + ">P20\nMKVL\n", annotations="header,sequence")
    gateway.finish(job)
    found = ask(gateway, f"/api/prepare/{job}/preview")
    columns = {column["name"]: column for column in found["annotations"]}
    assert columns["length"]["numbers"][-1] == 4
    organism = columns["organism"]
    assert organism["codes"][-1] == -1 and found["colour_by"] == found["annotations"][0]["name"]
    assert columns["length"]["scale"]["stops"] == sorted(columns["length"]["scale"]["stops"])
    assert [organism["labels"][code] for code in organism["codes"][:2]] == [
        "Some organism 0",
        "Some organism 1",
    ]


def test_provenance_names_choices_and_versions_but_no_folder(gateway, done):
    found = ask(gateway, f"/api/prepare/{done}/preview")["provenance"]
    assert found["counts"]["sequences"] == 30 and "protspace" in found["versions"]
    assert found["configuration"]["methods"] == ["pca2"] and found["warnings"] == []
    assert str(gateway.root) not in json.dumps(found)


def test_looking_at_a_result_does_not_count_as_a_download(gateway, done):
    before = gateway.state(done)["delivered"]
    ask(gateway, f"/api/prepare/{done}/preview")
    assert gateway.state(done)["delivered"] == before


def test_there_are_no_points_of_a_run_that_is_not_done(gateway):
    job = gateway.submit("".join(f">P{i}\nMKV\n" for i in range(20)))
    assert gateway.finish(job)["event"] == "error"
    answer = gateway.client.get(f"/api/prepare/{job}/preview")
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_FINISHED")


def test_status_has_the_request_the_seconds_and_the_expiry(gateway):
    job = gateway.submit(fasta(20), methods="mds2")
    gateway.finish(job)
    found, state = ask(gateway, f"/api/prepare/{job}"), gateway.state(job)
    assert (found["file_name"], found["sequences"]) == ("my proteins.fasta", 20)
    assert quote(found["bundle_name"]) in gateway.bundle(job).headers["content-disposition"]
    assert (found["embedders"], found["methods"]) == (["composition"], ["mds2"])
    assert found["elapsed"] == pytest.approx(state["finished"] - state["first_started"], abs=0.1)
    assert found["expires"] == pytest.approx(state["finished"] + 3600, abs=0.1)


def run_of(tmp_path, sequences=100, seconds=10.0, embedding=5.0, reused=0, attempts=1, embedders=1):
    """Return a finished run with these figures in its files."""
    run = Run(tmp_path / f"{len(list(tmp_path.iterdir())):032x}")
    state = {"status": "done", "submitted": 0, "first_started": 0.5, "attempts": attempts}
    write_json(run.path / "state.json", state | {"finished": 0.5 + seconds})
    counts = {"distinct": sequences, "reused": reused}
    step = {"step": "embed", "seconds": embedding, "counts": counts}
    configuration = {"embedders": ["prot_t5", "esm2_8m"][:embedders]}
    found = {"configuration": configuration, "input": {"sequences": sequences}, "steps": [step]}
    write_json(run.provenance, found)
    return run


def test_history_is_the_median_of_runs_and_outlives_them(tmp_path):
    for seconds in (5.0, 6.0, 400.0):
        estimates.remember(run_of(tmp_path, embedding=seconds, seconds=seconds + 4))
    figures = {"runs": 3, "seconds_per_sequence": 0.06, "other_seconds": 4.0}
    assert estimates.figures(tmp_path) == {"prot_t5": figures}


def test_history_is_too_coarse_to_count_embeddings_by(tmp_path):
    for reused in (0, 1, 2):
        folder = tmp_path / str(reused)
        folder.mkdir()
        estimates.remember(run_of(folder, sequences=1000, reused=reused, embedding=123.456))
        assert estimates.figures(folder)["prot_t5"]["seconds_per_sequence"] == 0.12


def test_runs_that_predict_nothing_are_left_out_of_history(tmp_path):
    for odd in ({"reused": 60}, {"attempts": 2}, {"embedders": 2}, {"sequences": 0}):
        estimates.remember(run_of(tmp_path, **odd))
    assert estimates.figures(tmp_path) == {}


def test_history_forgets_what_was_long_ago(tmp_path):
    for _ in range(3):
        estimates.remember(run_of(tmp_path, embedding=500.0, seconds=501))
    for _ in range(60):
        estimates.remember(run_of(tmp_path))
    known = json.loads((tmp_path / ".history.json").read_text())["prot_t5"]
    assert len(known) == 50 and max(known)[0] == 0.05


@pytest.mark.parametrize("text", ["", "{", "[]", '{"prot_t5": [1]}', '{"prot_t5": [["a", "b"]]}'])
def test_a_damaged_history_is_none(tmp_path, text):
    (tmp_path / ".history.json").write_text(text)
    assert estimates.figures(tmp_path) == {}
    estimates.remember(run_of(tmp_path))
    assert estimates.figures(tmp_path)["prot_t5"]["runs"] == 1


def test_history_has_nothing_of_the_user(gateway, done):
    known = json.loads((gateway.root / ".history.json").read_text())
    assert list(known) == ["composition"]
    assert all(isinstance(value, float) for row in known["composition"] for value in row)
    assert ask(gateway, "/api/options")["history"]["composition"]["runs"] >= 1
