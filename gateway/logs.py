"""Logging of the gateway: one line for each event, as text or JSON, to standard error."""

import logging
import sys

import structlog
from structlog.typing import Processor

from gateway.settings import Settings


def configure_logging(settings: Settings) -> None:
    """Set up logging as the settings say."""
    # It warns of each broken form, which its sender learns by the answer.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    renderer: Processor = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    if settings.log_json_format:
        renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
