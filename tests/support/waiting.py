"""Wait for what must come, however slow the machine is."""

import time

#: Far longer than anything takes, on the slowest machine; it only ends tests that would hang.
PATIENCE_SECONDS = 180


def wait_until(condition, every: float = 0.05) -> None:
    """Return once the condition holds, and fail where it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(every)
