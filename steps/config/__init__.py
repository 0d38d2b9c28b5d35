"""The configuration: its model, checks of single values, and the data sets of an input."""
