"""OpenAPI 3.1 of the gateway, with the limits and choices of its settings."""

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml

from gateway.run_config import default_choices, fasta_limits
from gateway.settings import Input, Own, Settings

Document = dict[str, Any]

_ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
_METHODS = ("get", "post", "delete")


def document(settings: Settings) -> Document:
    """Return the description of the gateway that runs with these settings."""
    found = deepcopy(_template())
    for operation in operations(found).values():
        operation["responses"]["500"] = {"$ref": "#/components/responses/Internal"}
    upload = found["components"]["schemas"]["Upload"]
    _describe_upload(upload["properties"], settings)
    upload["oneOf"] = [{"required": [name]} for name in settings.allowed_inputs]
    taken = {*settings.allowed_inputs, *filter(settings.most_own_bytes, get_args(Own))}
    taken |= {"base_map"} if settings.base_maps else set()
    for name in {*get_args(Input), *get_args(Own), "base_map"} - taken:
        del upload["properties"][name]
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
    fields["embeddings"]["description"] = (
        "HDF5 with a dataset for each protein, up to "
        f"{settings.embeddings_max_bytes:,} bytes unpacked. One value of `embedders` names the "
        "embedder that made it; else its attribute `model_name` does, or the name of the file."
    )
    fields["table"]["description"] = (
        "Annotations of your own as CSV or TSV, the identifiers in the first column; up to "
        f"{settings.table_max_bytes:,} bytes, {settings.table_max_rows:,} rows and "
        f"{settings.table_max_columns:,} columns."
    )
    fields["styles"]["description"] = (
        "Colours, shapes and order of the values of annotations, the JSON file of `protspace "
        f"style`; up to {settings.styles_max_bytes:,} bytes."
    )
    fields["base_map"] |= {"enum": list(settings.base_maps), "examples": list(settings.base_maps)}
    default = "false" if settings.delete_after_download else "true"
    fields["keep"]["description"] += f" Without it: {default}."
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
