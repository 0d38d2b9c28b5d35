"""One HTML file with a data set and the viewer."""
