"""`callout import`: brings a file of businesses of any size into a tenant, straight into the database."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from callout.features.accounts.tables import Tenant
from callout.features.prospecting import store
from callout.features.prospecting.importing import jobs, rejects
from callout.features.prospecting.importing.chunks import Standing
from callout.features.prospecting.importing.columns import known_fields
from callout.features.prospecting.importing.context import Importing
from callout.features.prospecting.importing.running import run_import
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.errors import Problem
from callout.kit.principal import Principal
from callout.run import wiring
from callout.run.assembly import Assembly
from callout.run.errors import RunError
from callout.run.installation import Installation

SAMPLE = 1024 * 1024


class Wish(NamedTuple):
    """What is to be imported, and how.

    Attributes:
        tenant: slug of the business; None where there is only one.
        country: ISO 3166-1 alpha-2 of phones without a country code; the tenant's own unless given.
        mapping: header → field.
        rejected: where rejected rows are written to.
    """

    path: Path
    tenant: str | None
    country: str | None
    mapping: dict[str, str]
    rejected: Path


class Outcome(NamedTuple):
    """What became of it.

    Attributes:
        errors: what a person should know, newest last.
        rejected: the file of rejected rows; None without any.
    """

    job_id: UUID
    standing: Standing
    stop_reason: str | None
    errors: list[Any]
    rejected: Path | None


async def import_file(
    installation: Installation, wish: Wish, *, tell: Callable[[Standing], None], say: Callable[[str], None]
) -> Outcome:
    """Imports a file, or goes on with its import where an earlier one was broken off.

    Args:
        installation: Whose database and file store.
        wish: What and how.
        tell: Called after each chunk.
        say: Shows a line.

    Raises:
        RunError: there is no such tenant, or the file cannot be imported.
    """
    _check(wish)
    made = wiring.build(installation)
    try:
        tenant_id = await _tenant(made, wish.tenant)
        principal = Principal.system(tenant_id)
        job_id, run = await _job(made, principal, wish, say)
        importing = Importing(made.database, made.files, made.scraping.plans)
        while not await run_import(importing, tenant_id, job_id, run, tell=tell):
            pass
        return await _outcome(made, principal, job_id, wish)
    except Problem as problem:
        raise RunError(problem.detail) from problem
    finally:
        await made.close()


def _check(wish: Wish) -> None:
    known = known_fields()
    for header, field in wish.mapping.items():
        if field and field not in known:
            raise RunError(f"--map {header}={field}: the field must be one of {', '.join(sorted(known))}")


async def _tenant(made: Assembly, slug: str | None) -> UUID:
    async with made.database.lookup() as work:
        query = select(Tenant.id, Tenant.slug).order_by(Tenant.slug).limit(50)
        found = (await work.session.execute(query.where(Tenant.slug == slug) if slug else query)).all()
    if len(found) == 1:
        return UUID(str(found[0].id))
    if not found:
        raise RunError(f"There is no business {slug!r} here." if slug else "There is no business here yet.")
    raise RunError(f"Say which business with --tenant: {', '.join(row.slug for row in found)}")


async def _job(made: Assembly, principal: Principal, wish: Wish, say: Callable[[str], None]) -> tuple[UUID, int]:
    origin = _origin(wish)
    async with made.database.transaction(principal) as work:
        if (job := await jobs.unfinished(work, wish.path.name, origin)) is not None:
            say(f"Going on with the import of this file where it was: {job.found:,} rows are done.")
            return job.id, jobs.take_over(job)
    with wish.path.open("rb") as stream:
        async with made.database.transaction(principal) as work:
            job = await jobs.start_import(
                work,
                filename=wish.path.name,
                stream=stream,
                country=wish.country,
                mapping=wish.mapping,
                files=made.files,
                queued=False,
                origin=origin,
            )
            return job.id, jobs.take_over(job)


def _origin(wish: Wish) -> dict[str, Any]:
    """What tells this file, read this way, from others: its size, its begin and its end."""
    size = wish.path.stat().st_size
    digest = hashlib.sha256(repr((wish.country, sorted(wish.mapping.items()))).encode())
    with wish.path.open("rb") as stream:
        digest.update(stream.read(SAMPLE))
        stream.seek(max(0, size - SAMPLE))
        digest.update(stream.read(SAMPLE))
    return {"size": size, "sha256": digest.hexdigest()}


async def _outcome(made: Assembly, principal: Principal, job_id: UUID, wish: Wish) -> Outcome:
    async with made.database.transaction(principal) as work:
        job = await store.fetch(work, ScrapeJob, job_id)
        header = job.cursor.get("layout", {}).get("header", [])
        counts = {name: getattr(job, name) for name in ("found", "stored", "duplicates", "rejected", "callable")}
        standing = Standing(
            goes_on=False,
            status=job.status,
            offset=int(job.cursor["offset"]),
            size=int(job.cursor["size"]),
            **counts,
        )
        errors, reason = job.errors, job.stop_reason
    path = None
    if standing.rejected:
        path = wish.rejected
        with path.open("wb") as out:
            async for part in rejects.as_csv(made.database, principal, job_id, header):
                out.write(part)
    return Outcome(job_id, standing, reason, errors, path)
