"""The error that users see: a stable code, and sentences with cause and remedy."""

#: ProtSpace's notebook with a GPU of its own; offered when no embedding server answers.
COLAB = (
    "https://colab.research.google.com/github/tsenoner/protspace/blob/main/"
    "notebooks/ProtSpace_Preparation.ipynb"
)


class StepError(Exception):
    """Stop a step for a reason that the user can act on.

    Args:
        code: stable UPPER_SNAKE word that programs may test for, listed in docs/errors.md.
        message: sentences with the cause and the remedy.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def did_you_mean(word: str, allowed: list[str]) -> str:
    """Return ` Did you mean 'pca2'?`, or nothing where no allowed word is close."""
    # Every process imports this module, few need the function.
    from difflib import get_close_matches

    close = get_close_matches(word, allowed, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""
