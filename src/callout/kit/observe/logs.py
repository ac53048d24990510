"""Structured logs: one JSON object a line, with request and tenant, never with a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_NAME = re.compile(
    r"(password|passwd|secret|token|api_?key|authorization|cookie|credential|private_key|recovery_code|otp|ticket)",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"""
      Bearer\s+[\w.~+/=-]+ | Basic\s+[A-Za-z0-9+/=]{8,}
    | cok_[\w-]+ | \bsk[-_][\w-]{8,} | \bSG\.[\w.-]{8,} | \bAIza[\w-]{20,} | \bxai-[\w-]{8,}
    | \bEAA[\w-]{20,} | \bya29\.[\w.-]+ | -----BEGIN[A-Z ]*PRIVATE\sKEY-----.*?(?:-----END[A-Z ]*-----|$)
    | \beyJ[\w-]+\.[\w-]+\.[\w-]+
    | (?<=token=)[^&\s"']+ | (?<=ticket=)[^&\s"']+ | (?<=password=)[^&\s"']+ | (?<=secret=)[^&\s"']+
    | (?<=api_key=)[^&\s"']+
    | (?<=://)[^\s/:@]*:[^\s/@]+(?=@)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
MASK = "[hidden]"


def hide_secrets(_logger: Any, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor that masks values under telling names and credentials inside text."""
    for name, value in record.items():
        record[name] = _hidden(name, value)
    return record


def _hidden(name: object, value: Any) -> Any:
    if isinstance(name, str) and _SECRET_NAME.search(name) and value is not None and not isinstance(value, bool):
        return MASK
    match value:
        case str():
            return _SECRET_VALUE.sub(MASK, value)
        case bytes():
            return _SECRET_VALUE.sub(MASK, value.decode("utf-8", "replace"))
        case dict():
            return {key: _hidden(key, inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_hidden(None, inner) for inner in value]
        case _:
            return value


def configure_logs(service: str, *, level: str = "INFO", json: bool = True) -> None:
    """Sends structlog and the standard library's logs through one pipeline to standard output.

    Args:
        service: Put into every record.
        level: Lowest level written.
        json: One JSON object a line; otherwise coloured text for people.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    renderer: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "asyncio", "granian", "_granian", "dbos"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger for one module."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return bound


def current_request_id() -> str | None:
    """The id of the request being answered; None outside of requests."""
    request_id: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return request_id
