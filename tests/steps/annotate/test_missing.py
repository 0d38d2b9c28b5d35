"""Counts of remote sources, of several shards together."""

from steps.annotate.remote.missing import MissingAnnotations, SourceCounts


def shard(**sources):
    return MissingAnnotations(10, sources)


def test_days_of_shards_become_the_first_and_the_last():
    whole = MissingAnnotations()
    for days in (["2026-11-03", "2026-11-05"], [], ["2026-11-01", "2026-11-04"]):
        whole.add(shard(ted=SourceCounts("TED", stored=5, days=days)))
    assert whole.sources["ted"].days == ["2026-11-01", "2026-11-05"]
    assert (whole.sources["ted"].stored, whole.proteins) == (15, 30)


def test_files_of_shards_without_days_are_read():
    counts = {"label": "TED", "stored": 1, "asked": 0, "lost": [], "reason": ""}
    found = {"proteins": 1, "sources": {"ted": counts}, "unnamed": {}}
    assert MissingAnnotations.from_dict(found).sources["ted"].days == []
