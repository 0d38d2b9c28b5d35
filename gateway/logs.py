"""Logging of the gateway: one line for each event, as text or JSON, to standard error."""

import logging
import sys

import structlog
from structlog.typing import Processor


def configure_logging(level: str, as_json: bool) -> None:
    """Log events from that level on, as JSON or as text for people."""
    # It warns of each broken form, which its sender learns by the answer.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    renderer: Processor = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if as_json:
        renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
