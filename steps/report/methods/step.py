"""provenance.json -> methods for a paper, in HTML and Markdown, and references in BibTeX.

Only what the run did is told, and only what its reports know: the same reports give the same bytes.
`pandoc --citeproc --bibliography references.bib methods.md` sets citations in any style.
"""

import argparse
import json
from pathlib import Path

from steps import cli
from steps.files import write_text
from steps.report.methods.page import page
from steps.report.methods.paragraphs import Methods


def main(argv: list[str] | None = None) -> None:
    """Run step methods."""
    options = cli.parser("methods", __doc__)
    options.add_argument("provenance", type=Path, help="provenance.json")
    options.add_argument("--title", required=True, help="name of the data set")
    options.add_argument("--html", type=Path, required=True, help="page to write")
    options.add_argument("--markdown", type=Path, required=True, help="the same for pandoc")
    options.add_argument("--bibtex", type=Path, required=True, help=".bib file to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    methods = Methods.of(json.loads(arguments.provenance.read_text(encoding="utf-8")))
    write_text(arguments.html, page(arguments.title, methods))
    write_text(arguments.markdown, methods.markdown)
    write_text(arguments.bibtex, methods.bibtex)
    report.counts = {"paragraphs": len(methods.texts), "references": len(methods.keys)}
