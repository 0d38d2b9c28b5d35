"""The map of `onto` in the configuration: results of an earlier run, on which new proteins go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from steps.embed.models.catalogue import file_name
from steps.errors import StepError
from steps.project.methods import PLACING, split_method

_BUNDLE = ".parquetbundle"
#: Annotations of sources that near proteins have in common.
_TRANSFERABLE = ("protein_families", "ec", "superfamily", "cath", "pfam")


@dataclass(frozen=True)
class Onto:
    """Folder of a data set in the results of a run."""

    folder: Path

    @property
    def sequences(self) -> str:
        """Return the table of its proteins."""
        return str(self.folder / "sequences.parquet")

    @property
    def annotations(self) -> str:
        """Return the table of its annotations."""
        return str(self.folder / "annotations.parquet")

    @property
    def provenance(self) -> str:
        """Return the record of how it was made."""
        return str(self.folder / "provenance.json")

    def embeddings(self, embedder: str) -> str:
        """Return its embeddings by an embedder, as written in paths."""
        return str(self.folder / "embeddings" / f"{embedder}.h5")

    def report(self, embedder: str) -> str:
        """Return what step embed said of them."""
        return str(self.folder / "reports" / f"embed.{embedder}.json")

    def projection(self, name: str) -> str:
        """Return one of its projections, `<embedder>.<method>`."""
        return str(self.folder / "projections" / f"{name}.parquet")

    def index(self, embedder: str) -> str:
        """Return how names of files begin in which cells of its embeddings are kept."""
        return str(self.folder / "index" / embedder)

    @property
    def labels(self) -> list[str]:
        """Return the annotations that new proteins may get from near ones, the user's own first.

        All are text. Names of organisms, genes and entries are none of them.
        """
        # A tenth of a second that other runs need not take.
        import pyarrow as pa
        import pyarrow.parquet as pq

        from steps.annotate.cells import OF_GROWN_MAPS, own_columns

        try:
            schema = pq.read_schema(self.annotations)
        except (OSError, pa.ArrowInvalid):
            return []
        own = own_columns(schema.empty_table())
        # Once the map has grown, these have other names.
        kept = [name for name in own if name not in OF_GROWN_MAPS]
        names = dict.fromkeys([*kept, *_TRANSFERABLE])
        return [
            name
            for name in names
            if name in schema.names and schema.field(name).type == pa.string()
        ]

    def existing(self, name: str) -> list[str]:
        """Return a file that not every map has, as a list of one or none."""
        path = self.folder / name
        return [str(path)] if path.is_file() else []

    @property
    def files(self) -> list[str]:
        """Return the files that each map has, whatever its embedders and methods."""
        return [self.sequences, self.annotations, self.provenance]


def find_onto(text: str) -> Onto:
    """Return the map that a value of `onto` names: a folder of results, or the bundle in it.

    Raises:
        ValueError: it names none, or several.
    """
    path = Path(text).expanduser().absolute()
    if path.is_file() and path.suffix == _BUNDLE:
        path = path.parent
    if not path.is_dir():
        raise ValueError(
            f"there is no folder '{text}'. Name the results of an earlier run: /a/results/x, or "
            "/a/results/x/x.parquetbundle."
        )
    found = [path] if _is_map(path) else sorted(filter(_is_map, path.glob("results/*")))
    if len(found) > 1:
        names = ", ".join(map(str, found[:3]))
        raise ValueError(f"'{text}' has several data sets. Name one: {names}.")
    if not found:
        raise ValueError(
            f"'{text}' has no results of a finished run (sequences.parquet, annotations.parquet, "
            "provenance.json), which new proteins need beside a bundle. Name its folder, "
            "/a/results/x."
        )
    return Onto(found[0])


def _is_map(folder: Path) -> bool:
    return all(Path(path).is_file() for path in Onto(folder).files)


def checked_map(text: str, embedders: Sequence[str], methods: Sequence[str]) -> str:
    """Return the folder of the map, absolute, once all that the run needs of it is there.

    Args:
        text: value of the key.
        embedders: those of the run.
        methods: its canonical methods.

    Raises:
        ValueError: a sentence on what is missing, and what there is instead.
    """
    found = find_onto(text)
    for embedder in embedders:
        _check(found, "embeddings", f"{file_name(embedder)}.h5", "embedders", embedder)
    for method in methods:
        if split_method(method)[0] not in PLACING:
            able = " and ".join(f"{name}2" for name in PLACING)
            raise ValueError(
                f"'{method}' has no way to place proteins on a map that exists; {able} have. "
                "Leave it out of 'methods'."
            )
        for embedder in embedders:
            name = f"{file_name(embedder)}.{method}.parquet"
            _check(found, "projections", name, "methods", method)
    return str(found.folder)


def _check(found: Onto, folder: str, name: str, key: str, value: str) -> None:
    """Check that the map has a file."""
    if (found.folder / folder / name).is_file():
        return
    there = sorted(path.stem for path in (found.folder / folder).glob(f"*{Path(name).suffix}"))
    raise ValueError(
        f"the map {found.folder} was not made with {key}={value}: it has no {folder}/{name}. "
        f"There is: {', '.join(there) or 'none'}. Set {key} to what it was made with "
        f"({found.folder / 'config.yaml'} has all keys)."
    )


def check_not_itself(onto: str, datasets: Collection[str], folder: Path) -> None:
    """Check that a run does not write over the map that it grows.

    Args:
        onto: a checked value of the key.
        datasets: names of the data sets of the run.
        folder: its working directory.

    Raises:
        StepError: INVALID_INPUT.
    """
    for name in datasets if onto else ():
        if Path(onto).resolve() == (folder / "results" / name).resolve():
            raise StepError(
                "INVALID_INPUT",
                f"The results of '{name}' would be written over the map that they are to join, "
                f"{onto}. Give the input another file name, or choose another --directory.",
            )
