"""The methods of a run: what it did is told, what it did not do is not, and text stays text."""

import json
import subprocess
import sys

import pytest

from steps.report.methods.page import page
from steps.report.methods.paragraphs import Methods
from tests.support.bibtex import read_bibtex

COUNTS = {
    **{"sequences": 1200, "residues": 250_000, "lower_case": 0, "gaps_removed": 0},
    **{"stops_removed": 0, "empty_records": 0, "j_residues": 0, "joined_lines": 0},
}
UMAP = {
    **{"embedder": "prot_t5", "method": "umap2", "n_components": 2, "n_neighbors": 25},
    **{"min_dist": 0.1, "metric": "cosine", "random_state": 7, "init": "pca", "layout": "blocks"},
    "neighbors": "exact",
}
PROT_T5 = {
    **{"embedder": "prot_t5", "dimensions": 1024, "backend": "biocentral"},
    "revision": "biocentral-2 https://biocentral.rostlab.org",
}


def step(name, parameters=None, counts=None, seconds=1.0):
    parts = {"parameters": parameters or {}, "counts": counts or {}, "warnings": []}
    return {"step": name, "seconds": seconds, **parts}


def normalized(name="my.fasta", **counts):
    return step("normalize", {"input": name, "sha256": "0"}, COUNTS | counts)


def embedded(distinct=1200, **parameters):
    counts = {"sequences": 1200, "distinct": distinct, "reused": 0}
    return step("embed", PROT_T5 | parameters, counts)


def run_of(*reports, embedders=("prot_t5",)):
    return {
        "configuration": {"embedders": list(embedders)},
        "machine": {"system": "Linux", "architecture": "x86_64"},
        "versions": {"python": "3.12.1", "protspace": "4.17.0", "snakemake": "9.27.1"},
        "warnings": [],
        "steps": list(reports),
    }


def text_of(*reports, **options):
    return "\n".join(Methods.of(run_of(*reports, **options)).paragraphs)


def test_grown_map_tells_how_many_joined_and_left():
    counts = {"old": 5000, "new": 1199, "known": 1, "removed": 2}
    text = text_of(normalized(**counts), embedded(), step("project", UMAP, {"proteins": 6199}))
    assert (
        "1,199 of them joined the map of an earlier run, from which 5,000 proteins kept "
        "coordinates, embeddings and annotations. 2 proteins left it." in text
    )


def test_grown_map_tells_how_well_proteins_are_placed_again():
    labels = {"annotation": "family", "proteins": 180, "on_map": 0.82, "placed": 0.81}
    again = {"proteins": 200, "median": 0.005, "ninth_decile": 0.08}
    for more, said in (
        ({}, "decile 0.08)."),
        ({"labels": labels}, "; 81.0 % of the nearest proteins there have their ‘family’, and 82"),
    ):
        project = step("project", UMAP | {"placed_again": again | more}, {"proteins": 6199})
        text = text_of(normalized(old=5000, new=1199), embedded(), project)
        assert (
            "200 proteins of the map by UMAP were placed again as if they were new, and landed "
            "0.005 spreads of the map from where they are (median; ninth decile 0.08)" in text
        )
        assert said in text


def test_plain_run_tells_proteins_model_map_and_software():
    assert text_of(normalized(), embedded(), step("project", UMAP, {"proteins": 1200})) == (
        "1,200 proteins (250,000 residues) were read from the file ‘my.fasta’. Each protein was "
        "embedded by ProtT5-XL-U50 (Elnaggar et al., 2022) (Rostlab/prot_t5_xl_uniref50, 1,024 "
        "dimensions, mean over residues) by a Biocentral server (Franz et al., 2026) at "
        "biocentral.rostlab.org.\n"
        "The embeddings were projected to two dimensions by UMAP (McInnes et al., 2018) (25 "
        "neighbours, minimum distance 0.1, cosine distance, started from principal components, "
        "laid out by protspace-pipeline, exact nearest neighbours (Douze et al., 2024), seed 7).\n"
        "All steps were run by protspace-pipeline with protspace 4.17.0 (Senoner et al., 2025), "
        "Snakemake 9.27.1 (Mölder et al., 2021) and Python 3.12.1 on Linux x86_64."
    )


def test_references_are_those_of_the_text_and_bibtex_has_their_keys():
    methods = Methods.of(run_of(normalized(), embedded(), step("project", UMAP)))
    assert methods.keys == (
        *("elnaggar2022", "franz2026", "mcinnes2018", "douze2024", "senoner2025", "molder2021"),
    )
    assert sorted(read_bibtex(methods.bibtex)) == sorted(methods.keys)
    texts = [each["text"] for each in methods.references]
    assert texts == sorted(texts, key=str.lower) and len(texts) == 6


def test_seconds_change_no_byte():
    runs = [
        run_of(normalized(), embedded(), step("project", UMAP, seconds=seconds))
        for seconds in (1.0, 2.0)
    ]
    assert Methods.of(runs[0]).as_dict() == Methods.of(runs[1]).as_dict()


def test_what_reading_changed_is_told():
    counts = {"gaps_removed": 3, "stops_removed": 1, "empty_records": 2, "j_residues": 4}
    text = text_of(normalized(**counts), embedded())
    assert (
        "While reading: 2 records without residues left out, 3 gap characters removed, 1 stop at "
        "the end removed and 4 J (Leu or Ile) embedded as X." in text
    )


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"query": "family:globin"}, "by the query ‘family:globin’."),
        ({"accessions": "mine.txt"}, "by the accessions in ‘mine.txt’."),
    ],
)
def test_proteins_of_uniprot_have_release_and_days(parameters, said):
    days = {"releases": ["2026_03"], "retrieved": "2026-11-02", "retrieved_last": "2026-11-29"}
    report = step("retrieve", parameters | days | {"left_out": {"P1": "x"}}, {"proteins": 50})
    text = text_of(normalized("uniprot.fasta"), report, embedded())
    assert text.startswith(
        "50 proteins were retrieved from UniProt (release 2026_03) (The UniProt Consortium, 2025) "
        f"between 2026-11-02 and 2026-11-29 {said} 1 accession without an entry were left out."
    )
    assert "uniprot.fasta" not in text


def test_server_of_ones_own_is_not_named():
    text = text_of(normalized(), embedded(revision="biocentral-2 http://10.0.0.7:9540"))
    assert "by a Biocentral server (Franz et al., 2026)." in text and "10.0.0.7" not in text


def test_local_model_has_checkpoint_precision_and_commit():
    revision = "local commit 0123456789abcdef0123 float16 pooling 1"
    text = text_of(normalized(), embedded(backend="local", revision=revision, distinct=1100))
    assert "(Rostlab/prot_t5_xl_half_uniref50-enc, 1,024 dimensions, mean over residues)" in text
    assert "(Paszke et al., 2019; Wolf et al., 2020), in float16, weights of commit" in text
    assert "commit 0123456789ab." in text
    assert "Equal sequences were embedded once (1,100 distinct ones)." in text


def test_model_that_no_catalogue_has_is_named_and_not_cited():
    text = text_of(normalized(), embedded(embedder="someone/model"), embedders=["someone/model"])
    assert "embedded by someone/model (1,024 dimensions, mean over residues)" in text


def test_own_embeddings_name_their_file_and_what_was_computed():
    files = [{"name": "x.h5", "sha256": "0"}]
    report = embedded(files=files)
    report["counts"]["missing"] = 3
    text = text_of(normalized(residues=0, name="x.h5"), report)
    assert text.startswith("1,200 proteins were taken from embeddings in ‘x.h5’.")
    assert (
        "Embeddings by ProtT5-XL-U50 (Elnaggar et al., 2022) (1,024 dimensions) were taken" in text
    )
    assert "3 proteins missing there were embedded by a Biocentral server" in text


def test_references_of_transfer_are_told_apart_from_the_data():
    others = step("embed", PROT_T5, {"sequences": 9, "distinct": 9})
    text = text_of(normalized(), embedded(), normalized("refs.fasta"), others)
    assert text.count("Each protein was embedded") == 1 and "refs.fasta" not in text
    assert "The references were embedded in the same way." in text
    files = embedded(files=[{"name": "x.h5", "sha256": "0"}])
    text = text_of(normalized(), files, normalized("refs.fasta"), others)
    assert "Each reference was embedded by ProtT5-XL-U50" in text


def annotated(days=None, **more):
    parameters = {
        "annotations": ["ec", "ted", "predicted_membrane", "/secret/place/own.tsv", "header"],
        "sources": {
            "uniprot": {"stored": 1, "asked": 2, "not_fetched": 0},
            "ted": {"stored": 0, "asked": 3, "not_fetched": 5},
            "biocentral": {"stored": 0, "asked": 3, "not_fetched": 0},
        },
    }
    counts = dict.fromkeys(("ec", "ted_domains", "predicted_membrane", "organism", "mine"), 3)
    return step("annotate", parameters | ({"days": days} if days else {}) | more, counts)


def test_annotations_have_source_days_and_what_is_missing():
    days = {"uniprot": ["2026-11-01", "2026-11-29"], "ted": ["2026-11-29", "2026-11-29"]}
    text = text_of(normalized(), embedded(), annotated(days))
    assert (
        "Annotations were taken from UniProt (The UniProt Consortium, 2025) between 2026-11-01 and "
        "2026-11-29 (ec); from The Encyclopedia of Domains (TED) in the AlphaFold Database (Lau et "
        "al., 2024; Varadi et al., 2024) on 2026-11-29 (ted_domains); and from Biocentral (Franz "
        "et al., 2026; Stärk et al., 2021) (predicted_membrane)." in text
    )
    assert "(TED) in the AlphaFold Database gave no answer for 5 proteins." in text
    assert "Headers gave organism." in text
    assert "Annotations of our own were taken from ‘own.tsv’." in text and "secret" not in text


def test_annotations_of_older_reports_have_no_days():
    text = text_of(normalized(), embedded(), annotated())
    assert "UniProt (The UniProt Consortium, 2025) (ec)" in text


def test_source_without_any_value_is_not_said_to_have_given_some():
    report = annotated()
    report["counts"] = {"mine": 3}
    text = text_of(normalized(), embedded(), report)
    assert "Annotations were taken" not in text and "Headers" not in text


def test_similarity_transfer_scores_and_clusters_are_told_with_their_parameters():
    similar = {"sensitivity": 8, "e_value": 1_000_000, "most_hits": 1_440_000}
    mds = {"embedder": "MMseqs2", "method": "mds2", "n_init": 4, "max_iter": 300, "eps": 1e-6}
    calibration = {"ec": {"tested": 900, "right": 0.912}}
    transfer = {"embedder": "prot_t5", "neighbors": 3, "metric": "cosine"}
    scores = {"neighbors": 15, "proteins": 1200, "trustworthiness": 0.91, "continuity": 0.9}
    found = {"clusters": 6, "named": 6, "min_cluster_size": 8, "noise": 0.05}
    statistics = {
        "random_state": 7,
        "faithfulness": {"A": scores | {"knn_overlap": 0.5}},
        "knn_agreement": {"A": {"ec": {"value": 1.0}}},
        "kmeans": {"A": {"elbow": 5, "silhouette": 6}},
        "hdbscan": {"A": found},
    }
    text = text_of(
        normalized(),
        embedded(),
        step("similarity", similar, {"proteins": 1200, "pairs_aligned": 77}),
        step("project_similarity", mds),
        step("transfer", transfer | {"calibration": calibration}, {"ec": 12}),
        step("statistics", statistics),
    )
    assert "(all pairs, sensitivity 8, E-value at most 1,000,000; 77 pairs with a hit)" in text
    assert "MDS (Kruskal, 1964) (4 starts, at most 300 iterations, tolerance 1e-6)" in text
    assert (
        "Missing values of ‘ec’ (12 proteins) were transferred from labelled proteins of the "
        in text
    )
    assert "data by the 3 nearest neighbours in the embedding by ProtT5-XL-U50 (Littmann" in text
    assert "91.2 % of 900 proteins with a known value of ‘ec’ got their own" in text
    assert "of the 15 nearest neighbours among 1,200 proteins (A: 0.910, 0.900, 0.500)" in text
    assert "chosen by elbow and silhouette (Rousseeuw, 1987) (A: 5 and 6; seed 7)" in text
    assert "at least 8 proteins were found by HDBSCAN (Campello et al., 2013) (A: 6, 5.0 %" in text


def test_transfer_without_any_query_is_not_told():
    parameters = {"embedder": "prot_t5", "neighbors": 1, "metric": "cosine", "calibration": {}}
    assert "transfer" not in text_of(normalized(), embedded(), step("transfer", parameters))


def test_markup_in_names_stays_text():
    provenance = run_of(normalized("<b>x</b> [@a] *y*\n.fasta"), embedded())
    methods = Methods.of(provenance)
    assert "‘<b>x</b> [@a] *y* .fasta’" in methods.paragraphs[0]
    assert "&lt;b&gt;x&lt;/b&gt;" in page("<i>", methods) and "<b>" not in page("<i>", methods)
    assert "<i>" not in page("<i>", methods)
    assert r"\<b\>x\</b\> \[\@a\] \*y\* .fasta" in methods.markdown


def test_names_with_underscores_stay_readable_in_markdown():
    methods = Methods.of(run_of(normalized("my_file_.fasta"), embedded()))
    assert r"‘my_file\_.fasta’" in methods.markdown
    assert "[@elnaggar2022]" in methods.markdown


def test_step_writes_page_text_and_bibtex(tmp_path):
    (tmp_path / "p.json").write_text(json.dumps(run_of(normalized(), embedded())))
    command = [sys.executable, "-m", "steps", "methods", tmp_path / "p.json", "--title", "x"]
    files = {name: tmp_path / f"m.{name}" for name in ("html", "markdown", "bibtex")}
    command += [f"--{name}={path}" for name, path in files.items()]
    subprocess.run(command, check=True)
    assert "<h1>Methods of x</h1>" in files["html"].read_text()
    assert "[@elnaggar2022]" in files["markdown"].read_text()
    assert "elnaggar2022" in read_bibtex(files["bibtex"].read_text())
