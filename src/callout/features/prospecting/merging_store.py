"""The SQL of merging: staged drafts become businesses, a whole batch in a few statements.

Staged drafts lie in the temporary table `staged`; `assigned` says of those that share a business which one. All
statements take the fields from `FIELDS`, so that a new field is one line.
"""
# ruff: noqa: S608 - what is put into the statements are the constants of this module

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from callout.features.prospecting.provenance import REST
from callout.features.prospecting.recognition import Assigned, Stored
from callout.features.prospecting.staging import COLUMNS, NULL
from callout.features.prospecting.tables import Business
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

FIELDS: tuple[tuple[str, ...], ...] = (
    ("name",), ("address",), ("city",), ("state",), ("country",), ("phone", "phone_raw"), ("website",), ("email",),
    ("social",), ("category",), ("subcategories",), ("rating", "call_priority"), ("review_count",), ("price_level",),
    ("lat", "lng"), ("hours", "best_time_to_call"), ("description",), ("photos",), ("reviews",), ("service_options",),
    ("is_verified",), ("open_now",), ("timezone",),
)  # fmt: skip
"""Fields that change together; the first one says whether there is anything."""
LISTS = {"subcategories", "photos", "reviews", "tags"}
GAPS_ONLY = ("tags", "notes")
"""Notes are not overwritten even by the same place."""
_OWN = ("call_priority", "best_time_to_call")
"""Followers that a person may edit by themselves."""
_ANALYSED_FROM = 500
"""Drafts from which on statistics of the temporary tables pay."""


async def stage(work: Work, parts: AsyncIterator[bytes], drafts: int) -> None:
    """Fills the temporary table with lines of COPY text; it is gone at commit."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    await work.session.execute(text(f"CREATE TEMPORARY TABLE staged ({columns}) ON COMMIT DROP"))
    await _copy(work, "staged", parts)
    if drafts >= _ANALYSED_FROM:
        await _analyse(work, "staged (seq, place_id, phone, dedupe_key)")


async def wait_idle(work: Work) -> None:
    """Lets this transaction wait for another one of this process, however long that takes."""
    await work.session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


async def assign(work: Work, rows: Sequence[Assigned]) -> None:
    """Tells which drafts share a business; `alone` are those whose target nobody else of the batch tells likewise."""
    await work.session.execute(
        text(
            "CREATE TEMPORARY TABLE assigned (seq bigint, target uuid, same boolean, is_known boolean, alone boolean)"
            " ON COMMIT DROP"
        )
    )
    lines, has_several = await asyncio.to_thread(_assigned_lines, rows)
    await _copy(work, "assigned", _one(lines))
    if rows:
        await work.session.execute(text("CREATE INDEX ON staged (seq)"))
    if len(rows) >= _ANALYSED_FROM:
        await _analyse(work, "assigned")
    if has_several:
        await _fold(work)


def _assigned_lines(rows: Sequence[Assigned]) -> tuple[bytes, bool]:
    """The rows as COPY text, and whether several of them tell the same."""
    told: dict[tuple[str, bool], int] = {}
    for row in rows:
        part = (row.target, row.same and row.is_known)
        told[part] = told.get(part, 0) + 1
    lines = [
        f"{row.seq}\t{row.target}\t{row.same}\t{row.is_known}\t{told[row.target, row.same and row.is_known] == 1}\n"
        for row in rows
    ]
    return "".join(lines).encode(), any(count > 1 for count in told.values())


def forget(work: Work) -> None:
    """Has businesses the session holds read anew: merging writes past it."""
    for row in list(work.session.identity_map.values()):
        if isinstance(row, Business):
            work.session.expire(row)


async def drop(work: Work) -> None:
    """Makes room for another batch in the same transaction."""
    await work.session.execute(text("DROP TABLE IF EXISTS staged, assigned, folded"))


async def cut(work: Work, seq: int) -> None:
    """Leaves out the drafts from `seq` on."""
    await work.session.execute(text("DELETE FROM staged WHERE seq >= :seq"), {"seq": seq})


async def known(work: Work) -> list[Stored]:
    """Stored businesses that share place, phone or key with a staged draft, oldest first.

    A place id is Google's in every source, so it is the same place whatever the source. Each question has its index;
    reading the whole table instead never pays, though its statistics may lag behind a large import. The driver is
    asked itself: a file imported again has all its rows here.
    """
    driver = await _driver(work)
    found: dict[str, Any] = {}
    for question in _KNOWN:
        found |= await asyncio.to_thread(_by_id, await driver.fetch(question, work.tenant_id))
    roots = {row["root"] for row in found.values() if row["root"] is not None} - found.keys()
    while roots:
        found |= _by_id(await driver.fetch(_ROOTS, work.tenant_id, list(roots)))
        roots = {found[one]["root"] for one in roots if one in found} - {None} - found.keys()
    return await asyncio.to_thread(_stored, found)


def _by_id(rows: Sequence[Any]) -> dict[str, Any]:
    return {row["id"]: row for row in rows}


def _stored(found: Mapping[str, Any]) -> list[Stored]:
    stored = [(_root(found, row), row) for row in found.values()]
    stored.sort(key=lambda pair: (pair[0]["id"], pair[1]["id"]))
    return [
        Stored(row["id"], row["place_id"], row["phone"], row["key"], root["id"], root["place_id"], root["phone"])
        for root, row in stored
    ]


def _root(found: Mapping[str, Any], row: Any) -> Any:
    """The business that stands for one; chains of merges are followed, as far as they go."""
    seen = set()
    while row["root"] is not None and row["root"] in found and row["id"] not in seen:
        seen.add(row["id"])
        row = found[row["root"]]
    return row


_BY_INDEX = text(
    "SELECT set_config('enable_seqscan', :to, true), set_config('enable_hashjoin', :to, true),"
    " set_config('enable_mergejoin', :to, true)"
)
_STORED = """
SELECT p.id::text AS id, p.place_id, p.phone, p.dedupe_key AS key, p.merged_into_id::text AS root FROM businesses p
WHERE p.tenant_id = $1
"""
_KNOWN = tuple(
    f"SELECT p.* FROM staged s CROSS JOIN LATERAL ({_STORED} AND p.{column} = s.{column} OFFSET 0) p WHERE {when}"
    for column, when in (
        ("place_id", "s.place_id IS NOT NULL"),
        ("phone", "s.phone IS NOT NULL"),
        ("dedupe_key", "s.place_id IS NULL"),
    )
)
"""OFFSET keeps the look-up within the row it is for, whatever the planner believes about the table."""
_ROOTS = f"{_STORED} AND p.id = ANY($2::text[]::uuid[])"


async def look_up(work: Work, *, by_index: bool) -> None:
    """Lets stored rows be found by index only, or as the planner thinks best."""
    await work.session.execute(_BY_INDEX, {"to": "off" if by_index else "on"})


async def lock_targets(work: Work, ids: Iterable[str]) -> None:
    """Nobody else changes the stored businesses that are told again; freed at commit."""
    await work.session.execute(_LOCK, {"tenant": work.tenant_id, "ids": [UUID(one) for one in sorted(set(ids))]})


_LOCK = text("SELECT b.id FROM businesses b WHERE b.tenant_id = :tenant AND b.id = ANY(:ids) ORDER BY b.id FOR UPDATE")


async def add_new(work: Work, job_id: str, source: str) -> int:
    """Adds the new businesses; returns how many of them can be called."""
    return int((await work.session.execute(_ADD, _given(work, job_id, source))).scalar_one())


async def refresh_known(work: Work, job_id: str, source: str) -> int:
    """Brings stored businesses up to date; returns how many of them this job made callable."""
    return int((await work.session.execute(_REFRESH, _given(work, job_id, source))).scalar_one())


def _given(work: Work, job_id: str, source: str) -> dict[str, Any]:
    stamp = {"source": source, "job": job_id, "at": timestamp(work.now)}
    return {
        "tenant": work.tenant_id, "job": job_id, "source": source, "now": work.now, "role": work.principal.role,
        "actor": work.principal.actor_id, "stamp": _json(stamp), "provenance": _json({REST: stamp}),
        "jobs": _json([job_id]),
    }  # fmt: skip


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _add() -> str:
    fields = [name for group in FIELDS for name in group]
    taken = {name: f"s.{name}" for name in fields}
    taken |= {name: f"coalesce(s.{name}, '[]')" for name in sorted(LISTS)}
    taken |= {
        "phone_raw": "coalesce(s.phone_raw, s.phone_unread)",
        "call_priority": "coalesce(s.call_priority, 'low')",
        "best_time_to_call": "coalesce(s.best_time_to_call, '10:00\u201316:00')",
        "is_verified": "coalesce(s.is_verified, false)",
        "notes": "s.notes",
        "edited": "coalesce(s.chosen, '[]')",
        "status": "CASE WHEN s.closed OR s.set_aside THEN 'ignored' ELSE 'new' END",
        "closed_at": "CASE WHEN s.closed THEN CAST(:now AS timestamptz) END",
        "id": "s.id",
        "place_id": "s.place_id",
        "dedupe_key": "s.dedupe_key",
        "source": "CAST(:source AS text)",
        "tenant_id": "CAST(:tenant AS uuid)",
        "job_ids": "CAST(:jobs AS jsonb)",
        "provenance": "CAST(:provenance AS jsonb)",
        "version": "1",
        "created_by": "CAST(:actor AS uuid)",
        "created_by_role": "CAST(:role AS text)",
        "updated_by_role": "CAST(:role AS text)",
    }
    taken |= dict.fromkeys(("scraped_at", "last_seen_at", "created_at", "updated_at"), "CAST(:now AS timestamptz)")
    return f"""
    WITH added AS (
        INSERT INTO businesses ({", ".join(taken)})
        SELECT {", ".join(taken.values())}
        FROM staged s LEFT JOIN assigned a USING (seq)
        WHERE a.seq IS NULL OR NOT a.is_known
        RETURNING phone
    ) SELECT count(phone) FROM added
    """


def _refresh() -> str:
    """`b` is stored, `s` what the same place tells, `o` what other listings of it tell, `n` what follows."""
    news, stamps = [], []
    for group in FIELDS:
        lead = group[0]
        for name in group:
            guard = f"'{name}'" if name in _OWN else ", ".join(f"'{field}'" for field in group if field not in _OWN)
            news.append(
                f"CASE WHEN b.edited ?| ARRAY[{guard}] THEN b.{name}"
                f" WHEN s.{lead} IS NOT NULL THEN {_value('s', name)}"
                f" WHEN {_is_empty(lead)} AND o.{lead} IS NOT NULL THEN {_value('o', name)}"
                f" ELSE b.{name} END AS {name}"
            )
    news += [
        f"CASE WHEN {_is_empty(name)} AND NOT b.edited ? '{name}' THEN coalesce(s.{name}, o.{name}, b.{name})"
        f" ELSE b.{name} END AS {name}"
        for name in GAPS_ONLY
    ]
    fields = [*(name for group in FIELDS for name in group), *GAPS_ONLY]
    stamps = [f"'{name}', CASE WHEN n.{name} IS DISTINCT FROM b.{name} THEN {_STAMP} END" for name in fields]
    sets = [f"{name} = n.{name}" for name in fields]
    changed = " OR ".join(
        f"n.{name} IS DISTINCT FROM b.{name}" for name in [*fields, "place_id", "status", "closed_at"]
    )
    return f"""
    WITH told AS MATERIALIZED (
        SELECT target, max(seq) FILTER (WHERE same) AS same_seq, max(seq) FILTER (WHERE NOT same) AS other_seq
        FROM assigned WHERE is_known GROUP BY target
    ), n AS MATERIALIZED (
        SELECT b.id, {", ".join(news)},
            coalesce(b.place_id, o.place_id) AS place_id,
            CASE WHEN s.closed THEN coalesce(b.closed_at, CAST(:now AS timestamptz))
                 WHEN NOT s.closed THEN NULL ELSE b.closed_at END AS closed_at,
            CASE WHEN b.edited ? 'status' THEN b.status
                 WHEN s.closed AND b.status = 'new' THEN 'ignored'
                 WHEN NOT s.closed AND b.closed_at IS NOT NULL AND b.status = 'ignored' THEN 'new'
                 ELSE b.status END AS status,
            b.job_ids ? CAST(:job AS text) AS is_of_job,
            b.phone IS NOT NULL AS was_callable
        FROM told CROSS JOIN LATERAL (
            SELECT * FROM businesses b WHERE b.id = told.target AND b.tenant_id = :tenant OFFSET 0
        ) b
        LEFT JOIN staged s ON s.seq = told.same_seq
        LEFT JOIN staged o ON o.seq = told.other_seq
    ), refreshed AS (
        UPDATE businesses b SET {", ".join(sets)},
            place_id = n.place_id, status = n.status, closed_at = n.closed_at, last_seen_at = :now,
            job_ids = CASE WHEN n.is_of_job THEN b.job_ids ELSE b.job_ids || jsonb_build_array(CAST(:job AS text)) END,
            provenance = b.provenance
                || (SELECT coalesce(jsonb_object_agg(key, value), '{{}}')
                    FROM jsonb_each(jsonb_build_object({", ".join(stamps)})) WHERE value <> 'null'),
            version = b.version + CASE WHEN {changed} THEN 1 ELSE 0 END,
            updated_at = CASE WHEN {changed} THEN CAST(:now AS timestamptz) ELSE b.updated_at END,
            updated_by_role = :role
        FROM n WHERE b.id = n.id
        RETURNING b.phone IS NOT NULL AND NOT (n.is_of_job AND n.was_callable) AS gained
    ) SELECT count(*) FILTER (WHERE gained) FROM refreshed
    """


def _is_empty(name: str) -> str:
    return (
        f"(b.{name} IS NULL OR b.{name} IN ('[]', '{{}}'))"
        if COLUMNS[name] == "jsonb"
        else (f"(b.{name} IS NOT TRUE)" if name == "is_verified" else f"b.{name} IS NULL")
    )


def _value(source: str, name: str) -> str:
    """What a source tells of a field; of profiles in networks those it does not name are kept."""
    if name == "social":
        return f"coalesce(b.social, '{{}}') || {source}.social"
    return f"coalesce({source}.{name}, b.{name})" if name in _OWN else f"{source}.{name}"


_STAMP = "CAST(:stamp AS jsonb)"
_ADD = text(_add())
_REFRESH = text(_refresh())


async def _fold(work: Work) -> None:
    """Makes one draft of those that tell the same business.

    Told by the same place, the last word counts; told by other listings, the first; the same place before others. Of
    a new business everything is folded into one draft; of a stored one what its own place tells stays apart, since it
    may overwrite what is stored.
    """
    for statement in _FOLD:
        await work.session.execute(statement)


_FOLD = tuple(
    text(statement)
    for statement in (
        """
        CREATE TEMPORARY TABLE folded ON COMMIT DROP AS
        SELECT a.target, a.is_known, a.same AND a.is_known AS same, min(s.seq) AS seq,
            (array_agg(s.dedupe_key ORDER BY s.seq))[1] AS dedupe_key,
            jsonb_object_agg(f.key, f.value ORDER BY a.same, CASE WHEN a.same THEN s.seq ELSE -s.seq END) AS told
        FROM assigned a JOIN staged s USING (seq) CROSS JOIN LATERAL jsonb_each(to_jsonb(s)) f
        WHERE NOT a.alone AND f.value <> 'null' AND f.key NOT IN ('seq', 'id') AND (a.same OR f.key <> 'closed')
        GROUP BY 1, 2, 3
        """,
        "DELETE FROM staged s USING assigned a WHERE a.seq = s.seq AND NOT a.alone",
        "DELETE FROM assigned WHERE NOT alone",
        """
        INSERT INTO staged SELECT (jsonb_populate_record(
            NULL::staged, told || jsonb_build_object('seq', seq, 'id', target, 'dedupe_key', dedupe_key))).* FROM folded
        """,
        "INSERT INTO assigned SELECT seq, target, same, is_known, true FROM folded",
    )
)


async def _copy(work: Work, table: str, parts: AsyncIterator[bytes]) -> None:
    driver = await _driver(work)
    columns = list(COLUMNS) if table == "staged" else None
    await driver.copy_to_table(table, source=parts, columns=columns, format="text", null=NULL)


async def _analyse(work: Work, table: str) -> None:
    """Lets the planner know about a temporary table; how many rows there are matters, and a few of them tell."""
    await work.session.execute(text("SET LOCAL default_statistics_target = 1"))
    await work.session.execute(text(f"ANALYZE {table}"))


async def _driver(work: Work) -> Any:
    connection = await work.session.connection()
    return (await connection.get_raw_connection()).driver_connection


async def _one(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def each(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Parts that are there already, for `stage`."""
    for part in parts:
        yield part
