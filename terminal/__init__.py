"""A run from the command line: what is shown of it, how it ends, and how it goes on."""
