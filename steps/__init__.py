"""The pipeline's steps: plain commands; only `steps.workflow` knows the workflow manager."""
