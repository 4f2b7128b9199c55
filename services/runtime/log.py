"""Logs: one JSON object per line on standard error, ours and the libraries' alike."""

import logging
import sys
from typing import Final

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import EventDict, Processor, WrappedLogger

# The client libraries tell every heartbeat and rejoin at INFO; what concerns us we log ourselves.
_CHATTY: Final = ("kafka", "aiokafka", "faust", "mode", "asyncio", "urllib3", "httpx", "uvicorn.access")


def configure_logging(level: int | str, service: str) -> None:
    """Send all logging of this process to standard error as JSON lines that name `service`.

    Raises ValueError for a level that does not exist.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(service))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def get_logger(name: str) -> BoundLogger:
    """A logger: `log.info("scan_parked", carrier=c)`, a fixed event name and fields, no sentences."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]


def _formatter(service: str) -> logging.Formatter:
    def name_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_shared()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            name_service,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
