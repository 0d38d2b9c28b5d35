"""OpenAPI 3.1 of the gateway, with the limits and choices of its settings."""

from copy import deepcopy
from functools import cache
from pathlib import Path

import yaml

from gateway.run_config import fasta_limits
from gateway.settings import Settings

_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
#: What a path may hold beside its methods.
_METHODS = ("get", "post", "delete")


def document(settings: Settings) -> dict:
    """The description of the gateway that runs with these settings."""
    found = deepcopy(_template())
    for operation in operations(found).values():
        operation["responses"]["500"] = {"$ref": "#/components/responses/Internal"}
    _describe_upload(found["components"]["schemas"]["Upload"]["properties"], settings)
    if settings.api_token is not None:
        _ask_for_token(found)
    return found


@cache
def _template() -> dict:
    return yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def operations(found: dict) -> dict[tuple[str, str], dict]:
    """(method, path) -> operation."""
    return {
        (method.upper(), path): item[method]
        for path, item in found["paths"].items()
        for method in _METHODS
        if method in item
    }


def _describe_upload(fields: dict, settings: Settings) -> None:
    limits = fasta_limits(settings)
    fields["file"]["description"] = (
        f"Protein FASTA, plain or gzip, up to {limits.max_file_bytes:,} bytes unpacked; "
        f"{limits.min_sequences:,} to {limits.max_sequences:,} sequences, each up to "
        f"{limits.max_length:,} residues, {limits.max_total_residues:,} altogether."
    )
    defaults = {
        "embedders": [settings.embedder],
        "methods": settings.methods,
        "annotations": settings.annotations,
    }
    for name, chosen in defaults.items():
        fields[name] |= _choice(getattr(settings, f"allowed_{name}"), chosen)


def _choice(allowed: list[str], default: list[str]) -> dict:
    """Description of a comma-separated field."""
    offered = ", ".join(allowed) or "nothing"
    return {
        "description": f"Comma-separated; offered: {offered}. Without it: {', '.join(default)}.",
        "examples": [",".join(allowed)],
    }


def _ask_for_token(found: dict) -> None:
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    submit = found["paths"]["/api/prepare"]["post"]
    submit["security"] = [{"token": []}]
    submit["responses"]["401"] = {
        "description": "`UNAUTHORIZED`: this server takes uploads only with its token.",
        "headers": {"WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}}},
        "content": _ERROR,
    }
