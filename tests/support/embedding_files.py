"""Files of embeddings as other programs write them."""

import hashlib

import h5py
import numpy as np

NUMBERS = 8


def vectors(count, numbers=NUMBERS, seed=0):
    return np.random.default_rng(seed).normal(size=(count, numbers)).astype(np.float32)


def write(path, datasets, **attributes):
    """Write name -> array; names with `/` make groups."""
    with h5py.File(path, "w") as file:
        for name, data in datasets.items():
            file.create_dataset(name, data=data)
        file.attrs.update(attributes)
    return path


def as_uniprot(path, accessions, seed=0):
    """Write per-protein.h5: accessions, half precision, no attributes."""
    rows = vectors(len(accessions), seed=seed).astype(np.float16)
    return write(path, dict(zip(accessions, rows, strict=True)))


def as_prottrans(path, identifiers, seed=0):
    """Write as ProtTrans' script does: `/` and `.` became `_`."""
    names = [each.replace("/", "_").replace(".", "_") for each in identifiers]
    return write(path, dict(zip(names, vectors(len(names), seed=seed), strict=True)))


def as_bio_embeddings(path, headers, lengths=None, seed=0):
    """Write as bio_embeddings does: checksums, and `original_id`; with `lengths`, by residue."""
    with h5py.File(path, "w") as file:
        for row, header in enumerate(headers):
            shape = (lengths[row], NUMBERS) if lengths else (NUMBERS,)
            name = hashlib.md5(header.encode(), usedforsecurity=False).hexdigest()
            data = np.random.default_rng([seed, row]).normal(size=shape).astype(np.float32)
            file.create_dataset(name, data=data).attrs["original_id"] = header
    return path
