"""The SQL of identity: who is near whom, suggestions, merges."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from callout.features.prospecting import store
from callout.features.prospecting.identity.pairing import Pair, Spelling
from callout.features.prospecting.identity.similarity import Profile
from callout.features.prospecting.identity.tables import BusinessMerge, DuplicateSuggestion
from callout.features.prospecting.tables import Business, Contact
from callout.kit.db.many import one_of
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

_PROFILE = "b.id, b.name, b.lat, b.lng, b.address, b.phone, b.website, b.city, b.country"
MAX_PAIRS = 1000
"""Suggestions of one statement."""
MAX_NAMESAKES = 200
"""Rows looked at for one name without coordinates: a chain with more branches needs no more suggestions."""


async def next_profiles(work: Work, *, since: datetime | None, after: UUID | None, limit: int) -> list[Profile]:
    """The next businesses in the order of their ids, if wished only those first seen from a time on."""
    query = store.businesses(work).with_only_columns(*_profile_columns()).order_by(Business.id).limit(limit)
    if since is not None:
        query = query.where(Business.scraped_at >= since)
    if after is not None:
        query = query.where(Business.id > after)
    return [Profile(*row) for row in await work.session.execute(query)]


async def in_cells(work: Work, cells: Iterable[int]) -> list[Profile]:
    """Businesses in cells of the grid; each cell is one look-up in an index."""
    rows = await work.session.execute(_IN_CELLS, {"tenant": work.tenant_id, "cells": sorted(set(cells))})
    return [Profile(*row) for row in rows]


async def spelled(work: Work, spellings: Sequence[Spelling]) -> list[Profile]:
    """Businesses whose names begin alike: those without coordinates, and all for a name that has none itself."""
    found: dict[UUID, Profile] = {}
    for statement, is_placed in ((_UNPLACED, True), (_ANYWHERE, False)):
        wanted = [spelling for spelling in spellings if spelling.is_placed == is_placed]
        if wanted:
            ranges = {"from": [one.first for one in wanted], "to": [one.last for one in wanted]}
            rows = await work.session.execute(statement, {"tenant": work.tenant_id, "most": MAX_NAMESAKES, **ranges})
            found |= {row.id: Profile(*row) for row in rows}
    return list(found.values())


_IN_CELLS = text(
    f"""
    SELECT {_PROFILE} FROM unnest(CAST(:cells AS bigint[])) AS c (cell)
    JOIN businesses b ON b.tenant_id = :tenant AND b.grid_cell = c.cell AND b.merged_into_id IS NULL
    """  # noqa: S608 - a constant
)


def _beginning(where: str) -> Any:
    return text(
        f"""
        SELECT {_PROFILE} FROM unnest(CAST(:from AS text[]), CAST(:to AS text[])) AS s (first, last)
        CROSS JOIN LATERAL (
            SELECT * FROM businesses k
            WHERE k.tenant_id = :tenant AND k.dedupe_key >= s.first AND k.dedupe_key < s.last
                AND k.merged_into_id IS NULL {where} LIMIT :most
        ) b
        """  # noqa: S608 - constants
    )


_UNPLACED, _ANYWHERE = _beginning("AND k.lat IS NULL"), _beginning("")


def _profile_columns() -> list[Any]:
    b = Business
    return [b.id, b.name, b.lat, b.lng, b.address, b.phone, b.website, b.city, b.country]


async def suggest(work: Work, pairs: Sequence[Pair]) -> int:
    """Stores suggestions; one that is decided stays so, an open one is brought up to date. Returns how many are new."""
    parts = [pairs[start : start + MAX_PAIRS] for start in range(0, len(pairs), MAX_PAIRS)]
    return sum([await _suggest(work, part) for part in parts])


async def _suggest(work: Work, pairs: Sequence[Pair]) -> int:
    table = DuplicateSuggestion
    shared = {
        "tenant_id": work.tenant_id, "status": "open", "created_at": work.now, "updated_at": work.now, "version": 1,
        "created_by_role": work.principal.role, "updated_by_role": work.principal.role,
    }  # fmt: skip
    statement = insert(table).values([{**shared, "id": uuid7(), **_row(pair)} for pair in pairs])
    new = statement.excluded
    renewed = {
        "score": new.score, "distance_m": new.distance_m, "reasons": new.reasons, "updated_at": work.now,
        "version": table.version + 1,
    }  # fmt: skip
    statement = statement.on_conflict_do_update(
        index_elements=[table.tenant_id, table.first_id, table.second_id],
        set_=renewed,
        where=and_(table.status == "open", table.score != new.score),
    )
    versions = (await work.session.execute(statement.returning(table.version))).scalars()
    return sum(version == 1 for version in versions)


def _row(pair: Pair) -> dict[str, Any]:
    found = pair.likeness
    reasons = [
        {"part": reason.part, "agreement": reason.agreement, "detail": reason.detail} for reason in found.reasons
    ]
    return {
        "first_id": pair.first_id, "second_id": pair.second_id, "score": found.score, "distance_m": found.distance_m,
        "reasons": reasons,
    }  # fmt: skip


def suggestions(work: Work, *conditions: ColumnElement[bool]) -> Select[DuplicateSuggestion, Business, Business]:
    """Suggestions with their two businesses; open ones only while both stand by themselves."""
    first, second = aliased(Business), aliased(Business)
    pair = DuplicateSuggestion
    whole = and_(first.merged_into_id.is_(None), second.merged_into_id.is_(None))
    return (
        select(pair, first, second)
        .join(first, and_(first.id == pair.first_id, first.tenant_id == pair.tenant_id))
        .join(second, and_(second.id == pair.second_id, second.tenant_id == pair.tenant_id))
        .where(pair.tenant_id == work.tenant_id, or_(pair.status != "open", whole), *conditions)
    )


async def suggestions_of(work: Work, ids: Iterable[UUID]) -> list[DuplicateSuggestion]:
    """Every suggestion that names one of some businesses."""
    pair, wanted = DuplicateSuggestion, list(ids)
    query = select(pair).where(
        pair.tenant_id == work.tenant_id,
        or_(one_of(pair.first_id, wanted), one_of(pair.second_id, wanted)),
    )
    return list((await work.session.execute(query.order_by(pair.id).with_for_update())).scalars())


async def absorbed_by(work: Work, ids: Sequence[UUID]) -> list[UUID]:
    """The businesses merged into some others before."""
    query = select(Business.id).where(Business.tenant_id == work.tenant_id, one_of(Business.merged_into_id, ids))
    return list((await work.session.execute(query)).scalars())


async def holds_place(work: Work, source: str, place_id: str) -> UUID | None:
    """The business a source knows by a place id."""
    query = select(Business.id).where(
        Business.tenant_id == work.tenant_id, Business.source == source, Business.place_id == place_id
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def contacts_of(work: Work, ids: Sequence[UUID]) -> list[Contact]:
    """Contacts made of some businesses, for a change."""
    query = (
        select(Contact)
        .where(Contact.tenant_id == work.tenant_id, one_of(Contact.business_id, ids))
        .order_by(Contact.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list((await work.session.execute(query)).scalars())


async def merges_of(work: Work, kept_id: UUID) -> list[BusinessMerge]:
    """The merges a business was kept by, newest first."""
    query = merges(work).where(BusinessMerge.kept_id == kept_id).order_by(BusinessMerge.id.desc())
    return list((await work.session.execute(query)).scalars())


def merges(work: Work) -> Select[BusinessMerge]:
    """The tenant's merges."""
    return select(BusinessMerge).where(BusinessMerge.tenant_id == work.tenant_id)


async def link_contacts(work: Work, links: dict[UUID, UUID | None]) -> None:
    """Says of contacts which business they were made of."""
    for contact_id, business_id in sorted(links.items()):
        await work.session.execute(
            update(Contact)
            .where(Contact.tenant_id == work.tenant_id, Contact.id == contact_id)
            .values(business_id=business_id, version=Contact.version + 1, updated_at=work.now)
        )
