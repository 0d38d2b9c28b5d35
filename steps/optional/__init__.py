"""Optional branches: similarity, statistics, transfer, styles."""
