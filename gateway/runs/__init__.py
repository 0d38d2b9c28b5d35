"""Run directories: the only truth about runs."""
