"""`python -m gateway --host 127.0.0.1 --port 8000`; settings come from the environment."""

import argparse
import logging
import sys

import structlog
import uvicorn

from gateway.app import create_app
from gateway.server import Protocol, Server
from gateway.settings import Settings, SettingsError, read_settings, unknown_variables


def main(argv: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8000)
    arguments = options.parse_args(argv)
    try:
        settings = read_settings()
    except SettingsError as error:
        print(f"The gateway cannot start: {error}", file=sys.stderr)
        return 2
    configure_logging(settings)
    for name in unknown_variables():
        structlog.get_logger().warning("unknown_setting", name=name)
    config = uvicorn.Config(
        create_app(settings),
        host=arguments.host,
        port=arguments.port,
        http=Protocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=settings.pipeline_timeout_seconds,
        h11_max_incomplete_event_size=16_384,
    )
    Server(config).run()
    return 0


def configure_logging(settings: Settings) -> None:
    """One line per event, as text or JSON, to standard error."""
    if settings.log_json_format:
        renderer = structlog.processors.JSONRenderer()
    else:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
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


if __name__ == "__main__":
    sys.exit(main())
