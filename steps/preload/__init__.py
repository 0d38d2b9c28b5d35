"""Load, compile or download before a run needs it."""
