"""Rooms import downwards only; docs/architecture.md says what each room is for."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.imports import ROOT, imports, modules

STEP_ROOMS = {"retrieve", "normalize", "embed", "annotate", "project", "bundle", "report"}
STEP_ROOMS |= {"optional"}
SHARED_ROOMS = {"biocentral", "cache", "hdf5"}
#: Rooms of each package from top to bottom. Rooms of one layer do not know each other.
LAYERS = {
    "gateway": [
        {"__main__"},
        {"app"},
        {"http"},
        {"scheduling"},
        {"progress", "execution"},
        {"runs"},
        {"run_config"},
        {"settings"},
        {"metrics", "logs", "pipeline_files"},
    ],
    "steps": [
        {"__main__", "cache.__main__", "preload", "workflow"},
        {"config"},
        STEP_ROOMS,
        SHARED_ROOMS,
        {"cli", "progress", "shards"},
        {"errors", "files", "formats", "config.defaults"},
    ],
}
#: Imports beside these arrows: (from, to) -> why. A name stands for all modules below it.
BESIDE = {
    ("steps.annotate.step", "steps.normalize.identifiers"): "identifiers of the user's tables",
    ("steps.annotate.table.check", "steps.normalize.identifiers"): "identifiers of an upload",
    ("steps.preload", "steps.__main__"): "the registry of steps",
    ("steps.__main__", "steps.preload.process"): "the request to a fork server",
    ("steps.bundle", "steps.annotate.cells"): "the grammar of cells",
    ("steps.bundle", "steps.annotate.ranking.order"): "the order of columns",
    ("steps.bundle", "steps.project.methods"): "names of projections",
    ("steps.config.onto", "steps.annotate.cells"): "which columns of a map are the user's own",
    ("steps.embed.given", "steps.normalize.identifiers"): "identifiers of the user's embeddings",
    ("steps.embed.imports", "steps.normalize"): "sequences of published embeddings",
    ("steps.optional", "steps.annotate.cells"): "the grammar of cells",
    ("steps.optional.wanted", "steps.annotate"): "which annotations there may be",
    ("steps.optional", "steps.bundle.reading"): "the bundle whose values are styled",
    ("steps.optional", "steps.bundle.tables"): "tables as they are in the bundle",
    ("steps.optional", "steps.embed.file"): "embeddings",
    ("steps.optional.transfer", "steps.annotate"): "tables of labels of references",
    ("steps.optional.transfer", "steps.embed.given"): "embeddings of references",
    ("steps.optional.transfer", "steps.normalize"): "identifiers of references",
    ("steps.optional", "steps.project"): "methods, and k-nearest neighbours",
    ("steps.project.neighbours", "steps.embed.file"): "embeddings",
    ("steps.project.step", "steps.embed.file"): "embeddings",
    ("steps.retrieve", "steps.annotate.remote"): "UniProt is asked as for annotations",
    ("steps.report", "steps.annotate"): "the grammar of cells, and which annotation to draw",
    ("steps.report", "steps.bundle.reading"): "the bundle that is exported",
    ("steps.report", "steps.bundle.tables"): "tables as they are in the bundle",
    ("steps.report", "steps.project.methods"): "names of methods",
    ("steps.report.methods", "steps.embed.models"): "names and checkpoints of models",
}
#: Modules of these rooms that config and workflow import: names and limits, without libraries.
CATALOGUES = {
    "steps.annotate.groups",
    "steps.annotate.remote.catalogue",
    "steps.cache",
    "steps.embed.models",
    "steps.embed.models.catalogue",
    "steps.hdf5.names",
    "steps.normalize.limits",
    "steps.optional.statistics",
    "steps.project.methods",
    "steps.retrieve.accessions",
    "steps.retrieve.queries",
}
#: Modules of steps that the gateway imports -> why.
FOR_GATEWAY = {
    "steps.annotate.groups": "choices of the page",
    "steps.annotate.table.check": "checks of an upload",
    "steps.annotate.remote.catalogue": "choices of the page",
    "steps.cache": "the sweeper prunes the cache",
    "steps.cache.aside": "damaged caches are set aside, and watched",
    "steps.cache.failures": "what is damage",
    "steps.cli": "versions of packages",
    "steps.config.defaults": "defaults of settings",
    "steps.config.model": "the configuration of a run",
    "steps.config.onto": "maps that uploads can join",
    "steps.embed.models": "choices of the page",
    "steps.embed.models.catalogue": "models that names of files end in",
    "steps.errors": "errors of the configuration and of uploads",
    "steps.files": "files that are complete or not there",
    "steps.hdf5.names": "the embedder of an upload",
    "steps.normalize.embeddings": "checks of an upload",
    "steps.normalize.fasta": "checks of an upload",
    "steps.formats": "the page names other formats by the same sentences",
    "steps.normalize.identifiers": "the page makes the same identifiers",
    "steps.normalize.limits": "limits of an upload",
    "steps.normalize.records": "the longest header",
    "steps.normalize.residues": "the page checks by the same alphabet",
    "steps.preload.modules": "steps are forked",
    "steps.preload.process": "steps are forked",
    "steps.preload.server": "steps are forked",
    "steps.optional.style_file": "checks of an upload",
    "steps.project.methods": "choices of the page",
    "steps.report.export": "the table of a bundle",
    "steps.report.html.step": "the HTML file of a result",
    "steps.report.points": "points of the page",
    "steps.retrieve.accessions": "checks of an upload",
    "steps.retrieve.limits": "checks of an upload",
    "steps.retrieve.queries": "checks of an upload",
    "steps.retrieve.search": "the number of proteins of a query",
}
FOR_RULES = {"steps.config.datasets", "steps.config.model", "steps.config.paths"}
FOR_RULES |= {"steps.errors", "steps.shards", "steps.workflow"}
#: Modules of steps that the terminal imports -> why. Only the Snakefile imports the terminal.
FOR_TERMINAL = {
    "steps.cli": "warnings beside the logs of steps",
    "steps.files": "files that are complete or not there",
    "steps.project.numba_cache": "where forked steps find compiled code",
    "steps.report.methods.proteins": "what reading has changed, in words",
    "steps.config.paths": "paths as they are typed",
}
#: Files of steps that may name Snakemake -> why.
NAMES_SNAKEMAKE = {
    "steps/workflow.py": "knows it",
}
#: Endings of files that may name modules.
TEXT = {"", ".js", ".md", ".py", ".smk", ".toml", ".yaml"}
#: A key of an ASGI scope, and modules that docs/contributing.md lets its reader write.
NOT_MODULES = {"gateway.connection", "steps.annotate.termini", "steps.project.random_axes"}
MOST_AT_THE_TOP = {"gateway": 7, "steps": 8}


def room(module: str) -> str:
    """Return the room of a module: the longest name in LAYERS that it begins with."""
    package, _, inner = module.partition(".")
    rooms = [name for layer in LAYERS[package] for name in layer]
    fitting = [name for name in rooms if f"{inner}.".startswith(f"{name}.")]
    assert fitting, f"{module} belongs to no room"
    return max(fitting, key=len)


def level(module: str) -> int:
    """Return the layer of a module, counted from the top."""
    layers = LAYERS[module.partition(".")[0]]
    return next(number for number, layer in enumerate(layers) if room(module) in layer)


def below(module: str, name: str) -> bool:
    return f"{module}.".startswith(f"{name}.")


def is_allowed(source: str, target: str) -> bool:
    if source.partition(".")[0] != target.partition(".")[0]:
        return source.startswith("gateway.") and target in FOR_GATEWAY
    if any(below(source, a) and below(target, b) for a, b in BESIDE):
        return True
    if room(source) in {"config", "workflow"} and room(target) in STEP_ROOMS | SHARED_ROOMS:
        return target in CATALOGUES
    return room(source) == room(target) or level(source) < level(target)


@pytest.mark.parametrize("package", LAYERS)
def test_imports_have_no_cycle(package):
    known = modules(package)
    graph = {name: imports(path, known, types=False) for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" <- ".join(error.args[1]))


@pytest.mark.parametrize("package", LAYERS)
def test_arrows_between_rooms_point_down(package):
    known = modules("gateway") | modules("steps")
    wrong = [
        f"{source} -> {target}"
        for source, path in modules(package).items()
        for target in imports(path, known) - {"gateway", "steps"}
        if source != package and not is_allowed(source, target)
    ]
    assert wrong == []


def test_exceptions_are_all_needed():
    known = modules("gateway") | modules("steps")
    pairs = [(name, target) for name, path in known.items() for target in imports(path, known)]
    unused = [
        beside
        for beside in BESIDE
        if not any(below(a, beside[0]) and below(b, beside[1]) for a, b in pairs)
    ]
    of_gateway = {target for source, target in pairs if source.startswith("gateway")}
    assert [*unused, *(FOR_GATEWAY.keys() - of_gateway)] == []


def test_rules_import_only_what_is_for_them():
    rules = [ROOT / "Snakefile", *(ROOT / "rules").rglob("*.smk")]
    pattern = r"^\s*(?:from|import) (steps\S*)"
    found = {name for path in rules for name in re.findall(pattern, path.read_text(), re.M)}
    assert found <= FOR_RULES


def test_terminal_imports_only_what_is_for_it_and_nothing_imports_it():
    known = modules("gateway") | modules("steps") | modules("terminal")
    of = {name: imports(path, known) for name, path in known.items()}
    found = {to for name in modules("terminal") for to in of[name] if not below(to, "terminal")}
    assert found == FOR_TERMINAL.keys()
    others = [name for name in known if not below(name, "terminal")]
    assert not [name for name in others if any(below(to, "terminal") for to in of[name])]


def test_workflow_alone_knows_snakemake():
    named = {
        str(path.relative_to(ROOT))
        for path in modules("steps").values()
        if re.search(r"snakemake|wildcards", path.read_text())
    }
    assert named == NAMES_SNAKEMAKE.keys()


def exists(name: str, known: dict[str, Path]) -> bool:
    """Return whether a dotted name is a module, or something that a module defines."""
    if name in known:
        return True
    parent, _, last = name.rpartition(".")
    return parent in known and last in known[parent].read_text()


def test_modules_that_text_names_exist():
    known = modules("gateway") | modules("steps")
    files = [ROOT / name for name in ("Makefile", "README.md", "docs/contributing.md", "Snakefile")]
    for folder in ("deploy", "docs", "gateway", "rules", "scripts", "steps"):
        files += [each for each in (ROOT / folder).rglob("*") if each.suffix in TEXT]
    unknown = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files
        if path.is_file()
        for match in re.finditer(r"(?<![\w./@-])(steps|gateway)(\.\w+)+", path.read_text())
        if match[0] not in NOT_MODULES and not exists(match[0], known)
    }
    assert unknown == set()


@pytest.mark.parametrize(("package", "most"), MOST_AT_THE_TOP.items())
def test_few_modules_are_at_the_top(package, most):
    names = sorted(path.stem for path in (ROOT / package).glob("*.py"))
    assert len(set(names) - {"__init__"}) <= most, names
