"""Proteins -> token numbers, as protspace's local backend prepares them."""

import re
from itertools import product
from typing import Any

import numpy as np

_RARE = re.compile("[BJOUZ]")
#: What is left when rare residues are X.
_RESIDUES = "ACDEFGHIKLMNPQRSTVWXY"
#: Families with a special token in front; all have one at the end.
_MARKED_IN_FRONT = frozenset({"esm", "esmc", "prost_t5"})


def prepare(sequence: str, family: str) -> str:
    """The text that the tokenizer of `family` gets."""
    text = _RARE.sub("X", sequence)
    if family in ("prot_t5", "prost_t5"):
        text = " ".join(text)
    return f"<AA2fold> {text}" if family == "prost_t5" else text


class Tokens:
    """Token numbers by a table of residues, or by the tokenizer where a table would differ.

    Tokenizers take longer than a GPU with a small model. For protein language models each residue
    is one token whatever is beside it, which `_table` makes sure of.
    """

    def __init__(self, family: str, tokenizer: Any) -> None:  # noqa: ANN401  (of transformers)
        self.family = family
        self.padding: int = tokenizer.pad_token_id
        self.before = int(family in _MARKED_IN_FRONT)
        self.after = 1
        self._tokenizer = tokenizer
        self._head, self._tail = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._numbers = self._table()

    def encode(self, sequence: str) -> np.ndarray:
        """Token numbers, special tokens included: int64, shape (tokens,)."""
        numbers = self._numbers[np.frombuffer(sequence.encode("ascii"), dtype=np.uint8)]
        if numbers.min() < 0:
            return self._ask(sequence)
        return np.concatenate([self._head, numbers, self._tail])

    def _ask(self, sequence: str) -> np.ndarray:
        text = prepare(sequence, self.family)
        return np.array(self._tokenizer(text)["input_ids"], dtype=np.int64)

    def _table(self) -> np.ndarray:
        """Number of each byte; -1 where the tokenizer has to be asked."""
        table = np.full(256, -1, dtype=np.int64)
        residues = self._ask(_RESIDUES)
        if len(residues) != self.before + len(_RESIDUES) + self.after:
            return table
        known = table.copy()
        known[list(_RESIDUES.encode())] = residues[self.before : -self.after]
        known[list(b"BJOUZ")] = known[ord("X")]
        self._head, self._tail = residues[: self.before], residues[-self.after :]
        # Each residue beside each other one: no two of them may be one token.
        pairs = "".join(map("".join, product(_RESIDUES, repeat=2)))
        numbers = known[np.frombuffer(pairs.encode(), dtype=np.uint8)]
        same = np.array_equal(self._ask(pairs), np.concatenate([self._head, numbers, self._tail]))
        return known if same else table
