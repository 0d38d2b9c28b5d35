"""The configuration: model, checks of single values, defaults, and the data sets of an input."""
