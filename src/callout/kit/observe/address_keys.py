"""Keys that travel in addresses (`?key=…`, `?api_key=…`), kept out of the HTTP client's log of its requests."""

import logging
import re

HIDDEN = "[key]"
_KEY = re.compile(r"([?&](?:api_)?key=)[^&#\s\"']+", re.IGNORECASE)


def hide_address_keys() -> None:
    """From now on addresses in the client's log have no keys; called by adapters whose provider wants them there."""
    logging.getLogger("httpx").addFilter(_FILTER)


class _WithoutKeys(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hidden, record.args))
        return True


_FILTER = _WithoutKeys()


def _hidden(part: object) -> object:
    """A part of a log message as it was, or as text without the key it held."""
    text, count = _KEY.subn(rf"\1{HIDDEN}", str(part))
    return text if count else part
