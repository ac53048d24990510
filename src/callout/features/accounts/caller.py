"""Where the current request comes from, for the audit trail."""

from contextvars import ContextVar

caller_address: ContextVar[str | None] = ContextVar("caller_address", default=None)
"""The IP address of the request being handled; None outside of requests."""
