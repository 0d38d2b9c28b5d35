"""What a job asks of a cluster: more for larger inputs, and more again after a failure."""

from collections.abc import Callable


def growing(base: int, per_megabyte: float = 0) -> Callable[..., int]:
    """For `resources` of a rule: `base`, and so much for each MB of its inputs; times the attempt.

    Its parameters are what Snakemake gives to a function of a rule's resources.
    """

    def amount(wildcards: object, input, attempt: int) -> int:
        megabytes = input.size_mb if per_megabyte else 0
        return int(attempt * (base + per_megabyte * megabytes))

    return amount
