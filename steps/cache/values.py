"""What the bytes of an entry mean: a vector, or an annotation with the day it was fetched."""

import json
from datetime import date

import numpy as np


def encode_vector(vector: np.ndarray) -> bytes:
    """Little-endian float32, one number after the other."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def decode_vector(blob: bytes) -> np.ndarray:
    """float32, 1-D, the caller's own. Raises ValueError if the length is not one of float32."""
    return np.frombuffer(blob, dtype="<f4").astype(np.float32)


def encode_annotation(value: dict, day: date) -> bytes:
    """JSON, in UTF-8."""
    document = {"day": day.isoformat(), "value": value}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def decode_annotation(blob: bytes) -> tuple[dict, date]:
    """The value and its day. Raises ValueError for anything but what `encode_annotation` makes."""
    match json.loads(blob):
        case {"day": str(day), "value": dict(value)}:
            return value, date.fromisoformat(day)
    raise ValueError("not an annotation")
