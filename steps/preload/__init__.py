"""What is loaded, compiled or downloaded before a run needs it."""
