"""The page folds events into a job: nothing that it shows goes back."""

import pytest

FOLD = """async ([stages, events]) => {
    const {after, unknown} = await import("/web/job.js");
    const jobs = [];
    let job = unknown(stages);
    for (const [name, data] of events) jobs.push(job = after(job, name, data));
    return jobs;
}"""
REMAINING = """async ([likely, seconds]) => {
    const {Remaining} = await import("/web/estimate.js");
    const left = new Remaining(likely);
    return seconds.map((elapsed) => left.sentence(elapsed));
}"""


def progress(stage, elapsed, **counts):
    return ["progress", {"stage": stage, "elapsed": elapsed, **counts}]


@pytest.fixture(scope="module")
def page(chromium, gateway):
    page = chromium.new_page()
    page.goto(gateway.url)
    yield page
    page.close()


@pytest.fixture
def fold(page, gateway):
    """The job after each of some events."""
    stages = gateway.client.get("/api/options").json()["stages"]
    return lambda *events: page.evaluate(FOLD, [stages, events])


def states(job) -> str:
    return "".join({"later": ".", "now": "o", "done": "x"}[each["state"]] for each in job["stages"])


def test_stages_begin_run_side_by_side_and_end(fold):
    jobs = fold(
        ["queued", {"queue_position": 0}],
        progress("normalizing", 1.0),
        progress("embedding", 2.0, done=0, total=9),
        progress("annotating", 2.5),
        progress("embedding", 4.0, done=9, total=9),
        progress("projecting", 5.0),
        progress("bundling", 8.0),
    )
    assert [states(job) for job in jobs] == [
        *(".....", "o....", "xo...", "xoo..", "xxo..", "xxxo.", "xxxxo")
    ]
    times = [(stage["since"], stage["until"]) for stage in jobs[-1]["stages"]]
    assert times == [(1, 2), (2, 4), (2.5, 5), (5, 8), (8, None)]


def test_positions_counts_and_times_never_go_back(fold):
    jobs = fold(
        ["queued", {"queue_position": 2}],
        ["queued", {"queue_position": 3}],
        progress("embedding", 6.0, done=5, total=9),
        progress("embedding", 4.0, done=3, total=9),
        progress("projecting", 3.0),
        progress("embedding", 7.0, done=6, total=9),
        ["queued", {"queue_position": 1}],
    )
    assert [job["position"] for job in jobs] == [2, 2, 0, 0, 0, 0, 0]
    assert [job["stages"][1]["done"] for job in jobs[2:]] == [5, 5, 5, 6, 6]
    assert [job["elapsed"] for job in jobs] == [0, 0, 6, 6, 6, 7, 7]
    assert {states(job) for job in jobs[4:]} == {"xxxo."}


def test_sources_that_do_not_answer_stay_named(fold):
    jobs = fold(progress("annotating", 1, missing_sources=["interpro"]), progress("projecting", 2))
    assert jobs[-1]["missing"] == ["interpro"]


def test_what_is_left_falls_and_is_never_made_up(page):
    sentences = page.evaluate(REMAINING, [60, [10, 30, 20, 59, 61]])
    times = [sentence.partition(" left")[0].replace("\u00a0", " ") for sentence in sentences]
    assert times[:4] == ["About 50 s", "About 30 s", "About 30 s", "About 1 s"]
    assert sentences[4] == "It takes longer than such jobs usually did here."
    assert "no history" in page.evaluate(REMAINING, [None, [10]])[0]
