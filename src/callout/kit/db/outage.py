"""Telling a database that is away (stopped, starting, restarting) from one that refuses a statement."""

from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_AWAY = ("08", "53", "57P")
"""SQLSTATE beginnings of a database that is away, full or going down (PostgreSQL manual, appendix A)."""
_LOST = "connection is closed"


async def connect(*args: Any, **arguments: Any) -> "asyncpg.Connection[Any]":
    """asyncpg.connect; that nobody listens is told like any other outage instead of as an error of the system.

    Raises:
        asyncpg.CannotConnectNowError: nobody answers.
    """
    try:
        return await asyncpg.connect(*args, **arguments)
    except OSError as error:  # TimeoutError is one
        raise asyncpg.CannotConnectNowError(str(error) or "nobody answers in time") from error


def is_outage(error: BaseException) -> bool:
    """Whether repeating the whole unit of work later can help, since the database was away."""
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated or str(getattr(error.orig, "sqlstate", None) or "").startswith(_AWAY):
        return True
    driver = getattr(error.orig, "__cause__", None)
    # A connection that breaks while it is being used leaves asyncpg between two of its states.
    return isinstance(driver, asyncpg.InternalClientError) or (
        isinstance(driver, asyncpg.InterfaceError) and _LOST in str(driver)
    )
