"""The fake Biocentral server: the true client understands it, and every fault does what it says."""

import base64
import io
import json
import socket
import threading
import time
from typing import ClassVar

import h5py
import httpx
import numpy as np
import pytest
from biocentral_api import BiocentralAPI, BiocentralPredictionModel
from biocentral_api.clients.tasks import BiocentralServerTask

from tests.fakes.biocentral import FAULTS, FakeBiocentral, vector
from tests.fakes.biocentral_predictions import prediction
from tests.fakes.biocentral_tasks import EmbedRequest, Schedule
from tests.fakes.vectors import residue_vectors, sequence_hash
from tests.support.waiting import PATIENCE_SECONDS, wait_until

ESM = "facebook/esm2_t6_8M_UR50D"
PROTEINS = {"one": "MKVLAA", "two": "MKKLW", "three": "GGSTAY", "four": "MNPQR", "five": "ACDEF"}
EMBED = "/api/v1/embeddings_service/embed"
PREDICT = "/api/v1/prediction_service/predict"
MODELS = ["LightAttentionSubcellularLocalization", "LightAttentionMembrane", "TMbed"]
STATUS = "/api/v1/biocentral_service/task_status/"


class Client(httpx.Client):
    """Plain HTTP to a fake, with the two requests of a task in short."""

    opened: ClassVar[list["Client"]] = []

    def __init__(self, fake):
        super().__init__(base_url=fake.url, timeout=60, trust_env=False, verify=False)
        self.opened.append(self)

    def submit(self, proteins=PROTEINS, name=ESM, reduce=True):
        body = {"embedder_name": name, "reduce": reduce, "sequence_data": proteins}
        return self.post(EMBED, json=body)

    def predict(self, proteins, models=MODELS):
        return self.post(PREDICT, json={"model_names": models, "sequence_input": proteins})

    def poll(self, submitted):
        return self.get(STATUS + submitted.json()["task_id"])

    def end(self, **request):
        """Return the last status of a task that takes no time."""
        return self.poll(self.submit(**request)).json()["dtos"][-1]


def contents(end):
    data = base64.b64decode(end["embeddings_file"], validate=True)
    with h5py.File(io.BytesIO(data)) as file:
        return {name: values[()] for name, values in file.items()}


@pytest.fixture(scope="module")
def shared():
    with FakeBiocentral() as fake:
        yield fake


@pytest.fixture
def fake(shared):
    shared.fault = None
    shared.reset()
    yield shared
    while Client.opened:
        Client.opened.pop().close()


@pytest.fixture
def client(fake):
    return Client(fake)


@pytest.fixture
def api(fake, monkeypatch):
    monkeypatch.setattr(BiocentralServerTask, "TIMEOUT", 0.02)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return BiocentralAPI(fixed_server_url=fake.url)


def test_the_true_client_gets_the_vectors(api):
    result = api.wait_until_healthy().embed(ESM, PROTEINS).run().to_dict()
    assert result.keys() == PROTEINS.keys()
    for identifier, sequence in PROTEINS.items():
        assert result[identifier].dtype == np.float32
        np.testing.assert_array_equal(result[identifier], vector(ESM, sequence))


def test_the_true_client_gets_vectors_of_residues(api):
    result = api.embed(ESM, PROTEINS, reduce=False).run()
    assert result["two"].shape == (5, 320)
    np.testing.assert_allclose(result["two"].mean(0), vector(ESM, PROTEINS["two"]), atol=1e-5)


def test_the_true_client_gets_the_predictions(api, fake):
    proteins = {"one": "MKVLAAGIV" * 20, "two": "MKKLWAPLS"}
    wanted = [BiocentralPredictionModel(name) for name in MODELS]
    result = api.predict(wanted, proteins).run()
    assert result.keys() == proteins.keys()
    for key, sequence in proteins.items():
        found = {each.model_name: each.value for each in result[key]}
        assert found == {name: prediction(name, sequence) for name in MODELS}
    assert fake.predictions[0].sequence_input == proteins


def test_predictions_depend_on_the_sequence_and_tmbed_has_a_letter_for_each_residue():
    sequences = ["MKVLAAG" + "A" * n for n in range(60)]
    letters = [prediction("TMbed", sequence) for sequence in sequences]
    assert [len(each) for each in letters] == [len(each) for each in sequences]
    assert set("".join(letters)) == set("BbHhSio")
    assert {prediction(MODELS[1], sequence) for sequence in sequences} == {"Membrane", "Soluble"}
    assert prediction("TMbed", sequences[0]) == letters[0]


def test_the_true_client_follows_progress_and_reports_a_failure(api, fake, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert api.embed(ESM, PROTEINS).run_with_progress() is not None
    fake.fault = "failed"
    with pytest.raises(Exception, match="out of memory"):
        api.embed(ESM, PROTEINS).run()


@pytest.mark.parametrize("fault", ["down", "503", "version", "old-version", "no-version", "reset"])
def test_the_true_client_finds_no_healthy_server(api, fake, fault):
    fake.fault = fault
    with pytest.raises(TimeoutError, match="No healthy"):
        api.wait_until_healthy(max_wait_seconds=0.01, poll_interval=0.01)


def test_vectors_have_the_dimensions_of_the_model_and_never_change():
    assert vector("Rostlab/ProstT5", "MK").shape == (1024,)
    assert vector("any/other", "MK").shape == (64,)
    np.testing.assert_array_equal(vector(ESM, "MK"), vector(ESM, "MK"))
    assert vector(ESM, "MK").sum() != pytest.approx(vector("facebook/esm2", "MK").sum())
    assert residue_vectors(ESM, "MKV").dtype == vector(ESM, "MKV").dtype == np.float32


def test_similar_sequences_lie_near_each_other():
    alike, other = vector(ESM, "MKKLLAAV" * 9), vector(ESM, "GGSSPPNQ" * 9)
    near = np.linalg.norm(alike - vector(ESM, "MKKLLAAI" * 9))
    assert 0 < near < np.linalg.norm(alike - other) / 2


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "{}",
        {"embedder_name": ESM, "sequence_data": {}},
        {"embedder_name": ESM, "sequence_data": {"a": ""}},
        {"embedder_name": ESM, "sequence_data": {"a": "MK", "b": "MK"}},
        {"embedder_name": ESM, "sequence_data": {str(n): "M" * n for n in range(1, 1002)}},
        {"embedder_name": ESM, "sequence_data": {"a": "M" * 20_001}, "reduce": False},
    ],
)
def test_bad_bodies_are_refused_in_the_shape_of_fastapi(client, body):
    raw = isinstance(body, str)
    response = client.post(EMBED, **({"content": body} if raw else {"json": body}))
    assert response.status_code == 422
    first = response.json()["detail"][0]
    assert first["loc"][0] == "body"
    assert first["msg"]


@pytest.mark.parametrize(
    ("sequence", "reason"), [("MKVLAA", "one is too short"), ("M" * 5001, "one is too long")]
)
def test_lengths_that_are_not_predicted_are_refused_by_name(client, fake, sequence, reason):
    response = client.predict({"fine": "MKVLAAG", "one": sequence})
    detail = response.json()["detail"][0]
    assert (response.status_code, detail["loc"]) == (422, ["body", "sequence_input"])
    assert reason in detail["msg"]
    assert (fake.submissions, fake.predictions) == (1, [])


@pytest.mark.parametrize("models", [[], ["NoSuchModel"]])
def test_predictions_of_no_known_model_are_refused(client, models):
    assert client.predict({"one": "MKVLAAG"}, models).status_code == 422


def test_tasks_of_predictions_tell_no_progress(client):
    news = client.poll(client.predict({"one": "MKVLAAG"})).json()["dtos"]
    assert news[0] == {"status": "RUNNING"}
    assert [news[-1]["status"], *news[-1]["predictions"]] == ["FINISHED", "one"]


def test_progress_rises_to_the_total_and_no_step_is_told_twice():
    with FakeBiocentral(seconds_per_sequence=0.05) as fake, Client(fake) as client:
        task, steps = client.submit(), []
        while "FINISHED" not in [dto["status"] for dto in steps]:
            steps += client.poll(task).json()["dtos"]
    progress = [dto["embedding_progress"] for dto in steps if dto["status"] == "RUNNING"]
    current = [each["current"] for each in progress]
    assert current == sorted(set(current))
    assert progress[-1] == {"current": 5, "total": 5}


def test_the_end_is_told_again_to_whoever_asks_again(client):
    task = client.submit()
    assert [dto["status"] for dto in client.poll(task).json()["dtos"]] == ["RUNNING", "FINISHED"]
    assert [dto["status"] for dto in client.poll(task).json()["dtos"]] == ["FINISHED"]


def test_tasks_over_the_parallel_limit_are_pending():
    with FakeBiocentral(seconds_per_sequence=60, parallel=2) as fake, Client(fake) as client:
        tasks = [client.submit() for _ in range(3)]
        first = [client.poll(task).json()["dtos"][0]["status"] for task in tasks]
        assert first == ["RUNNING", "RUNNING", "PENDING"]
        assert client.poll(tasks[2]).json() == {"dtos": []}
        assert fake.max_in_flight == 3


def test_a_waiting_task_starts_when_the_first_of_those_before_it_ends():
    schedule = Schedule(parallel=2, seconds_per_sequence=1, clock=lambda: 0.0)
    bodies = [{str(n): "M" * (n + 1) for n in range(size)} for size in (3, 1, 2)]
    for body in bodies:
        schedule.add(EmbedRequest(embedder_name=ESM, sequence_data=body))
    long, short, waiting = schedule.tasks.values()
    assert (waiting.starts, waiting.ends) == (short.ends, short.ends + 2)
    assert waiting.news(long.starts + 0.5) == [{"status": "PENDING"}]
    assert waiting.news(waiting.starts + 1.5)[0]["embedding_progress"]["current"] == 1


def test_counters_count_and_can_be_forgotten(client, fake):
    client.end()
    client.end(proteins={"again": "MKVLAA"}, name="any/other")
    assert fake.sequences == [*PROTEINS.values(), "MKVLAA"]
    assert (fake.submissions, fake.polls, fake.max_in_flight) == (2, 2, 1)
    assert fake.embedder_names == [ESM, "any/other"]
    fake.reset()
    assert (fake.sequences, fake.submissions, fake.polls) == ([], 0, 0)


def test_latency_delays_each_answer():
    with FakeBiocentral(latency=0.1) as fake, Client(fake) as client:
        begun = time.monotonic()
        client.get("/health")
        assert time.monotonic() - begun >= 0.1


def test_a_server_that_comes_back_still_knows_its_tasks(client, fake):
    task, url = client.submit(), fake.url
    fake.stop()
    with pytest.raises(httpx.ConnectError):
        client.poll(task)
    fake.start()
    assert fake.url == url
    assert client.poll(task).json()["dtos"][-1]["status"] == "FINISHED"


def test_an_unknown_task_is_not_found(client):
    response = client.get(STATUS + "nobody")
    assert (response.status_code, response.json()) == (404, {"detail": "Task not found"})


def test_an_unknown_fault_is_refused(fake):
    with pytest.raises(ValueError, match="unknown fault 'typo'"):
        fake.fault = "typo"
    assert fake.fault is None


def test_down_refuses_connections_until_it_is_cleared(client, fake):
    fake.fault = "down"
    with pytest.raises(httpx.ConnectError):
        client.get("/health")
    fake.fault = None
    assert client.get("/health").json() == {"status": "healthy", "version": "2.1.0"}


def test_a_server_may_be_down_from_the_start():
    with FakeBiocentral(fault="down") as fake, Client(fake) as client:
        with pytest.raises(httpx.ConnectError):
            client.get("/health")
        fake.fault = "503"
        assert client.get("/health").status_code == 503


@pytest.mark.parametrize(("fault", "kind"), [("503", "text/plain"), ("proxy-html", "text/html")])
def test_every_answer_is_an_error(client, fake, fault, kind):
    task = client.submit()
    fake.fault = fault
    for response in (client.get("/health"), client.submit(), client.poll(task)):
        assert response.status_code == 503
        assert response.headers["content-type"].startswith(kind)


def test_503_after_submit_strikes_polls_only(client, fake):
    fake.fault = "503-after-submit"
    task = client.submit()
    assert (task.status_code, client.poll(task).status_code) == (200, 503)
    assert client.get("/health").status_code == 200


def test_rate_limited_refuses_the_first_two_submissions(client, fake):
    fake.fault = "rate-limited"
    answers = [client.submit() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "1"
    assert (fake.submissions, fake.sequences) == (3, list(PROTEINS.values()))


def test_rate_limited_forever_never_accepts(client, fake):
    fake.fault = "rate-limited-forever"
    answers = [client.submit() for _ in range(4)]
    assert {(each.status_code, each.headers["retry-after"]) for each in answers} == {(429, "600")}


def test_short_leaves_the_last_three_out(client, fake):
    fake.fault = "short"
    assert contents(client.end()).keys() == {sequence_hash(s) for s in ("MKVLAA", "MKKLW")}


def test_short_and_garbage_predictions(client, fake):
    proteins = {str(n): "MKVLAAG" + "A" * n for n in range(4)}
    fake.fault = "short"
    assert client.poll(client.predict(proteins)).json()["dtos"][-1]["predictions"].keys() == {"0"}
    fake.fault = "garbage"
    found = client.poll(client.predict(proteins)).json()["dtos"][-1]["predictions"]
    assert [each["value"] for each in found["0"]] == [None, None, "???????"]


def test_garbage_is_no_embeddings_file(client, fake):
    fake.fault = "garbage"
    with pytest.raises(ValueError, match="base64"):
        contents(client.end())


def test_garbage_json_is_no_json(client, fake):
    fake.fault = "garbage-json"
    response = client.poll(client.submit())
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        response.json()


@pytest.mark.parametrize("fault", ["hang", "hang-status"])
def test_a_hanging_request_is_answered_once_the_fault_is_cleared(client, fake, fault):
    task = client.submit()
    fake.fault = fault
    with pytest.raises(httpx.ReadTimeout):
        client.get(STATUS + task.json()["task_id"], timeout=0.1)
    timer = threading.Timer(0.1, setattr, (fake, "fault", None))
    timer.start()
    assert client.poll(task).status_code == 200
    timer.join()


def test_hang_status_hangs_polls_only(client, fake):
    fake.fault = "hang-status"
    assert client.submit().status_code == client.get("/health").status_code == 200


def test_a_hanging_request_does_not_hold_up_a_stop(fake):
    fake.fault = "hang"
    with socket.create_connection(("127.0.0.1", int(fake.url.rsplit(":")[-1]))) as connection:
        connection.sendall(f"GET {STATUS}x HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wait_until(lambda: fake.polls)
        stopping = threading.Thread(target=fake.stop)
        stopping.start()
        stopping.join(PATIENCE_SECONDS)
        assert not stopping.is_alive()
        assert connection.recv(1) == b""
    fake.start()


@pytest.mark.parametrize(
    ("fault", "ends"),
    [
        ("failed", ["FAILED", "FAILED"]),
        ("failed-once", ["FAILED", "FINISHED"]),
        ("second-fails", ["FINISHED", "FAILED"]),
    ],
)
def test_tasks_fail(client, fake, fault, ends):
    client.end()  # a task before the fault is set does not count
    fake.fault = fault
    told = [client.end(), client.end()]
    assert [end["status"] for end in told] == ends
    assert all(end["error"] for end in told if end["status"] == "FAILED")


@pytest.mark.parametrize(("fault", "codes"), [("lost", [404, 200]), ("lost-always", [404, 404])])
def test_tasks_get_lost(client, fake, fault, codes):
    fake.fault = fault
    assert [client.poll(client.submit()).status_code for _ in range(2)] == codes


@pytest.mark.parametrize(("fault", "test"), [("nan", np.isnan), ("inf", np.isinf)])
@pytest.mark.parametrize("reduce", [True, False])
def test_one_vector_is_not_finite(client, fake, fault, test, reduce):
    fake.fault = fault
    vectors = contents(client.end(reduce=reduce)).values()
    assert sorted(test(values).any() for values in vectors) == [False] * 4 + [True]


def test_one_vector_has_another_dimension(client, fake):
    fake.fault = "dimension"
    assert sorted(len(values) for values in contents(client.end()).values()) == [319] + [320] * 4


@pytest.mark.parametrize(
    ("fault", "version"), [("version", "3.0.0"), ("old-version", "1.4.0"), ("no-version", None)]
)
def test_health_says_another_version(client, fake, fault, version):
    fake.fault = fault
    assert client.get("/health").json().get("version") == version


def test_reset_closes_the_connection_without_an_answer(client, fake):
    task = client.submit()
    fake.fault = "reset"
    for request in (lambda: client.get("/health"), client.submit, lambda: client.poll(task)):
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            request()


def test_each_fault_is_explained_in_one_line():
    assert all(line and "\n" not in line for line in FAULTS.values())
