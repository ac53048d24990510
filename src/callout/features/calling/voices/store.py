"""The SQL of voices."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert

from callout.features.calling.voices.tables import ProviderCopy, Voice, VoiceLicence
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.ids import uuid7

MOST = 2000
"""Voices of a tenant that are listed."""


def voices(work: Work) -> Select[Voice]:
    """The tenant's voices."""
    return select(Voice).where(Voice.tenant_id == work.tenant_id, Voice.deleted_at.is_(None))


async def every(work: Work) -> list[Voice]:
    """All of them, newest first."""
    rows = await work.session.execute(voices(work).order_by(Voice.created_at.desc(), Voice.id).limit(MOST))
    return list(rows.scalars())


async def find(work: Work, voice_id: UUID, *, lock: bool = False, share: bool = False) -> Voice | None:
    """One voice, if it has a row; `lock` for a change, `share` so that it stays as it is until the transaction ends."""
    query = voices(work).where(Voice.id == voice_id)
    if lock or share:
        query = query.with_for_update(read=share).execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one_or_none()


async def fetch(work: Work, voice_id: UUID, *, lock: bool = False) -> Voice:
    """One voice. Raises NotFound."""
    row = await find(work, voice_id, lock=lock)
    if row is None:
        raise NotFound
    return row


async def by_ids(work: Work, voice_ids: Iterable[UUID]) -> dict[UUID, Voice]:
    """Some voices, deleted ones too: an agent may still name one."""
    query = select(Voice).where(Voice.tenant_id == work.tenant_id, Voice.id.in_(set(voice_ids)))
    return {row.id: row for row in (await work.session.execute(query)).scalars()}


async def add_stock(work: Work, values: dict[str, Any]) -> Voice:
    """The row of a stock voice, made now or before."""
    statement = insert(Voice).values(
        tenant_id=work.tenant_id,
        created_at=work.now,
        updated_at=work.now,
        version=1,
        created_by_role="system",
        updated_by_role="system",
        **values,
    )
    await work.session.execute(statement.on_conflict_do_nothing())
    return await fetch(work, values["id"])


async def count_cloned(work: Work) -> int:
    """How many cloned voices the tenant has: what its plan limits."""
    query = select(func.count()).where(
        Voice.tenant_id == work.tenant_id,
        Voice.deleted_at.is_(None),
        Voice.kind == "cloned",
        Voice.status != "archived",
    )
    return int(await work.session.scalar(query) or 0)


async def licences(work: Work, voice_ids: Iterable[UUID]) -> dict[UUID, VoiceLicence]:
    """The newest licence of each voice, withdrawn or not."""
    query = (
        select(VoiceLicence)
        .where(VoiceLicence.tenant_id == work.tenant_id, VoiceLicence.voice_id.in_(set(voice_ids)))
        .order_by(VoiceLicence.attested_at, VoiceLicence.id)
    )
    return {row.voice_id: row for row in (await work.session.execute(query)).scalars()}


async def licence_of(work: Work, voice_id: UUID) -> VoiceLicence | None:
    """The newest licence of a voice."""
    return (await licences(work, [voice_id])).get(voice_id)


async def count_use(work: Work, voice_id: UUID, uses: int = 1) -> None:
    """Counts a use; the version stays, nobody edits it."""
    statement = (
        update(Voice)
        .where(Voice.id == voice_id, Voice.tenant_id == work.tenant_id)
        .values(usage_count=Voice.usage_count + uses, last_used_at=work.now)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(statement)


async def note_copy(work: Work, voice: Voice, external_id: str) -> ProviderCopy:
    """Remembers that the provider's voice must go, once."""
    values = {
        "id": uuid7(), "tenant_id": work.tenant_id, "voice_id": voice.id, "provider": voice.provider,
        "mode": voice.mode, "external_id": external_id, "attempts": 0, "version": 1,
        "created_at": work.now, "updated_at": work.now, "created_by_role": work.principal.role,
    }  # fmt: skip
    await work.session.execute(insert(ProviderCopy).values(**values).on_conflict_do_nothing())
    query = select(ProviderCopy).where(
        ProviderCopy.tenant_id == work.tenant_id,
        ProviderCopy.provider == voice.provider,
        ProviderCopy.external_id == external_id,
    )
    return (await work.session.execute(query)).scalar_one()


async def copy(work: Work, copy_id: UUID) -> ProviderCopy | None:
    """A copy to be deleted, locked."""
    query = select(ProviderCopy).where(ProviderCopy.id == copy_id, ProviderCopy.tenant_id == work.tenant_id)
    return (await work.session.execute(query.with_for_update())).scalar_one_or_none()
