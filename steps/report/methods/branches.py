"""Sentences on transferred labels, scores of the maps, and clusters."""

from typing import Any

from steps.report.methods.embedding import display_name
from steps.report.methods.run import Report, Run
from steps.report.methods.text import Text, cite, counted, listed, number, percent, quoted

#: Scores that the text has, in its order.
_SCORES = ("trustworthiness", "continuity", "knn_overlap")


def sentences(run: Run) -> list[Text]:
    """Return what was transferred, how far maps can be trusted, and which clusters there are."""
    transferred, statistics = run.report("transfer"), run.report("statistics")
    found = _transferred(transferred) if transferred else []
    return found + (_statistics(statistics["parameters"]) if statistics else [])


def _transferred(report: Report) -> list[Text]:
    parameters, counts = report["parameters"], report["counts"]
    if not counts:
        return []
    given = parameters.get("references")
    source = f"the references {quoted(given['name'])}" if given else "labelled proteins of the data"
    what = listed([f"{quoted(name)} ({counted(n, 'protein')})" for name, n in counts.items()])
    count = parameters["neighbors"]
    near = "nearest neighbour" if count == 1 else f"{count} nearest neighbours"
    first: Text = [f"Missing values of {what} were transferred from {source} by the {near} in the "]
    first += [f"embedding by {display_name(parameters['embedder'])}", *cite("branch", "transfer")]
    distance, skipped = parameters.get("max_distance"), parameters.get("skip_distant")
    limit = f", within {number(distance)} only" if skipped and distance != "auto" else ""
    return [[*first, f" ({parameters['metric']} distance{limit})."], *_calibrated(parameters)]


def _calibrated(parameters: Report) -> list[Text]:
    return [
        [
            f"Left out one at a time, {percent(test['right'])} of "
            f"{counted(test['tested'], 'protein')} with a known value of {quoted(name)} got their "
            "own from the others."
        ]
        for name, test in parameters.get("calibration", {}).items()
    ]


def _statistics(parameters: Report) -> list[Text]:
    return [
        *_faithfulness(parameters.get("faithfulness") or {}),
        *_agreement(parameters.get("knn_agreement") or {}),
        *_kmeans(parameters),
        *_hdbscan(parameters.get("hdbscan") or {}),
    ]


def _faithfulness(scores: dict[str, dict[str, Any]]) -> list[Text]:
    if not scores:
        return []
    first = next(iter(scores.values()))
    each = [f"{name}: {_values(found)}" for name, found in scores.items()]
    near, size = (
        counted(first["neighbors"], "nearest neighbour"),
        counted(first["proteins"], "protein"),
    )
    text: Text = ["How far each map keeps the neighbourhoods of its embedding was scored by "]
    text += ["trustworthiness, continuity", *cite("branch", "faithfulness")]
    return [[*text, f" and overlap, of the {near} among {size} ({'; '.join(each)})."]]


def _values(found: dict[str, Any]) -> str:
    return ", ".join(f"{found[name]:.3f}" for name in _SCORES if name in found)


def _agreement(spaces: dict[str, dict[str, Any]]) -> list[Text]:
    names = dict.fromkeys(name for found in spaces.values() for name in found)
    if not names:
        return []
    what = listed([quoted(name) for name in names])
    text: Text = [f"How well {what} separate was scored by silhouettes, Davies-Bouldin and "]
    text += [
        "Calinski-Harabasz scores",
        *cite("branch", "validity"),
        " and by the share of the ten ",
    ]
    text += ["nearest neighbours with the same label", *cite("branch", "knn_agreement")]
    return [[*text, ", against permuted labels."]]


def _kmeans(parameters: Report) -> list[Text]:
    spaces = parameters.get("kmeans") or {}
    if not spaces:
        return []
    each = [f"{name}: {listed([str(n) for n in found.values()])}" for name, found in spaces.items()]
    how = listed(list(next(iter(spaces.values()))))
    text: Text = ["Clusters were found by k-means", *cite("branch", "kmeans")]
    text += [f", their number chosen by {how}"]
    text += cite("branch", "silhouette") if "silhouette" in how else []
    return [[*text, f" ({'; '.join(each)}; seed {parameters['random_state']})."]]


def _hdbscan(spaces: dict[str, dict[str, Any]]) -> list[Text]:
    if not spaces:
        return []
    each = [
        f"{name}: {found['clusters']}, {percent(found['noise'])} of proteins in none"
        for name, found in spaces.items()
    ]
    sizes = listed(list(dict.fromkeys(str(each["min_cluster_size"]) for each in spaces.values())))
    text: Text = [f"Dense regions of at least {sizes} proteins were found by HDBSCAN"]
    found: list[Text] = [[*text, *cite("branch", "hdbscan"), f" ({'; '.join(each)})."]]
    if any(space["named"] for space in spaces.values()):
        named: Text = [
            "They are named by the value that is most enriched in each, adjusted for all "
        ]
        found.append([*named, "values", *cite("branch", "named"), "."])
    return found
