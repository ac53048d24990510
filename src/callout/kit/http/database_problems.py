"""What the database refuses, in words a client can act on."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from callout.kit.db.outage import is_outage
from callout.kit.errors import Conflict, Problem, Unprocessable
from callout.kit.observe.logs import logger

_log = logger(__name__)


class AlreadyExists(Conflict):
    code = "already_exists"
    title = "Already exists"
    default_detail = "Something with these values exists already."


class StillReferenced(Conflict):
    title = "Belongs to something else"
    default_detail = "This refers to something that is gone, or something still refers to it."


class Collided(Conflict):
    title = "Collided with another change"
    default_detail = "Another change of the same things was faster. Repeat the request."


class UnstorableText(Unprocessable):
    title = "Text that cannot be stored"
    default_detail = "A text contains a character that cannot be stored, such as NUL."


class Unavailable(Problem):
    code = "upstream_unavailable"
    status = 503
    title = "Not available right now"
    default_detail = "The database does not answer right now. Try again in a moment."


_BY_STATE: dict[str, type[Problem]] = {
    "23505": AlreadyExists,
    "23503": StillReferenced,
    "23P01": AlreadyExists,
    "40001": Collided,
    "40P01": Collided,
    "55P03": Collided,
    "22021": UnstorableText,
    "22P05": UnstorableText,
}


def from_database(error: DBAPIError | PoolTimeoutError) -> Problem:
    """The problem of a failed statement; what only a mistake of ours explains stays a 500.

    Constraints that use cases expect to meet are handled by them; this is the answer where two requests raced past a
    check, up to the commit itself.
    """
    if isinstance(error, PoolTimeoutError) or is_outage(error):
        return Unavailable(retry_after_s=1)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if (known := _BY_STATE.get(state)) is None:
        return Problem()
    _log.warning("refused_by_database", sqlstate=state, statement=str(error.statement)[:300])
    return known()
