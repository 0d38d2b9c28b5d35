"""Rank annotations: one order for the bundle, the page and the pictures."""
