"""Which sequences go through the model together: a budget of tokens, not a number of sequences."""

from collections.abc import Sequence

#: Special tokens of a sequence, at most.
SPECIAL = 2


def plan(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Positions in batches, longest sequences first, equal lengths in the order of the input.

    A batch times its longest sequence (with special tokens) is at most `budget` tokens; a sequence
    that exceeds it is a batch of its own. The longest come first because they show at once whether
    memory suffices, and because short ones at the end let all GPUs finish together.
    """
    order = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    batches: list[list[int]] = []
    room = 0
    for position in order:
        if room < 1:
            batches.append([])
            room = budget // (lengths[position] + SPECIAL)
        batches[-1].append(position)
        room -= 1
    return batches


def padded(lengths: Sequence[int]) -> int:
    """Tokens of a batch, padding included."""
    return len(lengths) * (max(lengths) + SPECIAL)
