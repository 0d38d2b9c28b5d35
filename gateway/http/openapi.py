"""OpenAPI 3.1 of the gateway, with the limits and choices of its settings."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gateway.run_config import default_choices, fasta_limits
from gateway.settings import Settings

Document = dict[str, Any]

_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
_METHODS = ("get", "post", "delete")


def document(settings: Settings) -> Document:
    """Return the description of the gateway that runs with these settings."""
    found = deepcopy(_template())
    for operation in operations(found).values():
        operation["responses"]["500"] = {"$ref": "#/components/responses/Internal"}
    _describe_upload(found["components"]["schemas"]["Upload"]["properties"], settings)
    if settings.api_token is not None:
        _ask_for_token(found)
    return found


@cache
def _template() -> Document:
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    template: Document = yaml.safe_load(text)
    return template


def operations(found: Document) -> dict[tuple[str, str], Document]:
    """Return the operations by (method, path)."""
    return {
        (method.upper(), path): item[method]
        for path, item in found["paths"].items()
        for method in _METHODS
        if method in item
    }


def _describe_upload(fields: Document, settings: Settings) -> None:
    limits = fasta_limits(settings)
    fields["file"]["description"] = (
        f"Protein FASTA, plain or compressed, up to {limits.max_file_bytes:,} bytes unpacked; "
        f"{limits.min_sequences:,} to {limits.max_sequences:,} sequences, each up to "
        f"{limits.max_length:,} residues, {limits.max_total_residues:,} altogether."
    )
    for name, chosen in default_choices(settings).items():
        fields[name] |= _choice(getattr(settings, f"allowed_{name}"), chosen)


def _choice(allowed: list[str], default: list[str]) -> Document:
    """Return the description of a comma-separated field."""
    offered = ", ".join(allowed) or "nothing"
    return {
        "description": f"Comma-separated; offered: {offered}. Without it: {', '.join(default)}.",
        "examples": [",".join(allowed)],
    }


def _ask_for_token(found: Document) -> None:
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    submit = found["paths"]["/api/prepare"]["post"]
    submit["security"] = [{"token": []}]
    submit["responses"]["401"] = {
        "description": "`UNAUTHORIZED`: this server takes uploads only with its token.",
        "headers": {"WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}}},
        "content": _ERROR,
    }
