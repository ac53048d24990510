"""Pacing that all processes share: the time a key may be used next is a row of the database."""

from datetime import datetime

from sqlalchemy import Float, Interval, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base
from callout.kit.db.types import Str
from callout.kit.db.work import Work

KEY_LENGTH = 200


class PaceSlot(Base):
    """When a key may be used next, by the database's clock."""

    __tablename__ = "pace_slots"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(Str(KEY_LENGTH), primary_key=True)
    next_at: Mapped[datetime]


async def reserve(work: Work, key: str, interval_s: float) -> float:
    """Takes the next free moment of a key and returns how many seconds away it is.

    Whoever comes later gets a moment at least `interval_s` after it, in whatever process. A transaction that is undone
    gives its moment back; others wait for it to end, so it should be short.
    """
    return await _move(work, key, step_s=interval_s, at_least_s=0)


async def hold(work: Work, key: str, pause_s: float) -> None:
    """Keeps everybody from using a key for a while: what a provider asks for with Retry-After."""
    await _move(work, key, step_s=0, at_least_s=pause_s)


async def _move(work: Work, key: str, *, step_s: float, at_least_s: float) -> float:
    now = func.clock_timestamp()
    step, at_least = (cast(func.make_interval(0, 0, 0, 0, 0, 0, value), Interval) for value in (step_s, at_least_s))
    statement = insert(PaceSlot).values(key=key[:KEY_LENGTH], next_at=now + at_least + step)
    statement = statement.on_conflict_do_update(
        index_elements=[PaceSlot.key], set_={"next_at": func.greatest(PaceSlot.next_at, now + at_least) + step}
    )
    moved = statement.returning(PaceSlot.next_at).cte("moved")
    left = func.extract("epoch", moved.c.next_at - now) - literal(step_s)
    wait: float = (await work.session.execute(select(cast(left, Float)))).scalar_one()
    return max(0.0, wait)
