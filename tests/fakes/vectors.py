"""Embeddings of the fake services: vectors that depend on name and sequence alone.

The composition of a sequence goes through a fixed random matrix of the model, so that similar
proteins come to lie near each other; a little noise keeps different sequences apart.
"""

import base64
import hashlib
import io
from collections.abc import Mapping
from functools import lru_cache

import h5py
import numpy as np
from h5py import h5d, h5s, h5t

DIMENSIONS = {
    "Rostlab/prot_t5_xl_uniref50": 1024,
    "Rostlab/ProstT5": 1024,
    "facebook/esm2_t6_8M_UR50D": 320,
    "facebook/esm2_t12_35M_UR50D": 480,
    "facebook/esm2_t30_150M_UR50D": 640,
    "facebook/esm2_t33_650M_UR50D": 1280,
    "facebook/esm2_t36_3B_UR50D": 2560,
    "ElnaggarLab/ankh-base": 768,
    "ElnaggarLab/ankh-large": 1536,
    "ElnaggarLab/ankh3-large": 1536,
}
_NOISE = 0.02


def vector(embedder_name: str, sequence: str) -> np.ndarray:
    """One float32 vector for the whole protein."""
    letters, counts = np.unique(_codes(sequence), return_counts=True)
    mean = counts @ _basis(embedder_name)[letters] / max(len(sequence), 1)
    return (mean + _noise(embedder_name, sequence)).astype(np.float32)


def residue_vectors(embedder_name: str, sequence: str) -> np.ndarray:
    """One float32 vector for each residue; their mean is `vector`."""
    rows = _basis(embedder_name)[_codes(sequence)] + _noise(embedder_name, sequence)
    return rows.astype(np.float32)


def sequence_hash(sequence: str) -> str:
    """The name of a sequence's dataset in an answer."""
    return hashlib.sha256(f"{sequence}_{len(sequence)}".encode()).hexdigest()


def hdf5_text(vectors: Mapping[str, np.ndarray]) -> str:
    """An HDF5 file with one dataset for each name, in base64."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, values in vectors.items():
            # What `create_dataset` does beside this takes three times as long.
            space = h5s.create_simple(values.shape)
            dataset = h5d.create(file.id, name.encode(), h5t.NATIVE_FLOAT, space)
            dataset.write(h5s.ALL, h5s.ALL, values)
    return base64.b64encode(buffer.getvalue()).decode()


def _codes(sequence: str) -> np.ndarray:
    return np.frombuffer(sequence.encode("latin-1", "replace"), dtype=np.uint8)


@lru_cache
def _basis(embedder_name: str) -> np.ndarray:
    size = DIMENSIONS.get(embedder_name, 64)
    return _generator(embedder_name).standard_normal((256, size))


def _noise(embedder_name: str, sequence: str) -> np.ndarray:
    size = DIMENSIONS.get(embedder_name, 64)
    return _NOISE * _generator(embedder_name, sequence).standard_normal(size)


def _generator(*parts: str) -> np.random.Generator:
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest))
