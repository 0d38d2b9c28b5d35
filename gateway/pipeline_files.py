"""Where the files of the pipeline are: beside this package in a checkout, else within it.

The wheel has a copy in `gateway/pipeline/` (`pyproject.toml`), so that an installed gateway works
without the checkout.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
#: The folder with packages `gateway` and `steps`.
CODE = _PACKAGE.parent
_COPY = _PACKAGE / "pipeline"
#: The folder with Snakefile, rules, profiles and examples.
PIPELINE = _COPY if _COPY.is_dir() else CODE
