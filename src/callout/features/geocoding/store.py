"""The remembered answers in the database."""

from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from callout.features.geocoding.ports import Place
from callout.features.geocoding.tables import GeocodeAnswer
from callout.kit.db.work import Work

SLOTS = 200_000
"""The most answers ever kept: about 200 MB."""


async def recall(work: Work, query_hash: str) -> list[Place] | None:
    """The remembered answer to a query (SHA-256 in hex), or None when there is none or it is too old."""
    kept = await work.session.scalar(
        select(GeocodeAnswer.places).where(
            GeocodeAnswer.slot == slot_of(query_hash),
            GeocodeAnswer.query_hash == query_hash,
            GeocodeAnswer.expires_at > work.now,
        )
    )
    return None if kept is None else msgspec.convert(kept, list[Place])


async def remember(work: Work, query_hash: str, places: list[Place], expires_at: datetime) -> None:
    """Keeps an answer, in the place of whatever its slot held."""
    row = {"query_hash": query_hash, "places": msgspec.to_builtins(places), "expires_at": expires_at}
    statement = insert(GeocodeAnswer).values(slot=slot_of(query_hash), **row)
    await work.session.execute(
        statement.on_conflict_do_update(index_elements=[GeocodeAnswer.slot], set_=row),
    )


def slot_of(query_hash: str) -> int:
    """The slot a query lives in."""
    return int(query_hash[:12], 16) % SLOTS
