"""Make a map of proteins, and print the command of Snakemake that does the same.

Called by `make map FASTA=my.fasta [RUN=folder] [ARGS="key=value --option"]`, whose variables are in
the environment here: no shell and no Makefile reads the name of the file.
"""

import json
import os
import re
import shlex
import sys
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parent.parent
#: What YAML, which reads values of --config, leaves as it is.
PLAIN = re.compile(r"[\w./:-]+")


def command(source: str, out: str, more: list[str]) -> list[str]:
    """Return the arguments of Snakemake: options before the keys, paths as Snakemake takes them."""
    options = [word for word in more if word.startswith("-")]
    keys = [word for word in more if not word.startswith("-")]
    given = ["--snakefile", str(ROOT / "Snakefile")] if Path.cwd() != ROOT else []
    given += ["--directory", out, *options, "--config", f"input={typed(whole(source))}"]
    return [*given, *(f"{key}={_value(value)}" for key, _, value in map(_parts, keys))]


def _parts(word: str) -> tuple[str, str, str]:
    return word.partition("=")


def _value(text: str) -> str:
    """Return a value with the files in it as whole paths: Snakemake works in another folder."""
    parts = [whole(part) if Path(part).is_file() else part for part in text.split(",")]
    return ",".join(parts)


def whole(source: str) -> str:
    """Return the whole path of a file or folder, and a query of UniProt as it is."""
    is_path = Path(source).exists() or not source.startswith("uniprot:")
    return str(Path(source).absolute()) if is_path else source


def typed(text: str) -> str:
    """Return a text so that YAML reads it as itself."""
    return text if PLAIN.fullmatch(text) else json.dumps([text], ensure_ascii=False)


def main() -> None:
    """Print the command, and become it."""
    source = os.environ.get("FASTA", "")
    if not source:
        sys.exit("Say which proteins: make map FASTA=my.fasta")
    more = shlex.split(os.environ.get("ARGS", ""))
    arguments = command(source, os.environ.get("RUN") or "maps", more)
    program = BIN / "snakemake"
    shown = program.relative_to(Path.cwd()) if program.is_relative_to(Path.cwd()) else program
    print(f"The same by Snakemake: {shlex.join([str(shown), *arguments])}", flush=True)
    os.execv(program, [str(program), *arguments])  # noqa: S606 (no shell is meant)


if __name__ == "__main__":
    main()
