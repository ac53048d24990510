"""Pipecat's own log lines among ours: from warnings on, and never what anybody said."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from loguru import logger as pipecat_logger

if TYPE_CHECKING:
    from loguru import Message

_log = logging.getLogger("pipecat")


def join_logs() -> None:
    """Hands warnings and errors of the media engine to the service's log; everything below names words of calls."""
    pipecat_logger.remove()
    pipecat_logger.add(_pass_on, level="WARNING", format="{message}")


def _pass_on(message: Message) -> None:
    record = message.record
    _log.log(record["level"].no, "%s", record["message"])
