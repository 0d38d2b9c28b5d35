"""The one error that a user may see: a stable code and a sentence that contains the fix."""

#: ProtSpace's notebook that does the same with a GPU of its own; offered when embedding is down.
COLAB = (
    "https://colab.research.google.com/github/tsenoner/protspace/blob/main/"
    "notebooks/ProtSpace_Preparation.ipynb"
)


class StepError(Exception):
    """A step cannot go on, for a reason the user can act on.

    Args:
        code: stable UPPER_SNAKE word that programs may test for (docs/errors.md lists them).
        message: plain sentence(s) that name the cause and the remedy.
    """

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def did_you_mean(word: str, allowed: list[str]) -> str:
    """` Did you mean 'pca2'?`, or nothing where no allowed word is close."""
    # Imported by every process, needed by few.
    from difflib import get_close_matches

    close = get_close_matches(word, allowed, n=1)
    return f" Did you mean '{close[0]}'?" if close else ""
