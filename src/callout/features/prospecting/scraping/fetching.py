"""Asking a provider for one page, and keeping what came before anything else is done with it.

The call is made outside any transaction; the answer, or what went wrong, is written in the next. Between the two lies
the only moment in which a killed process leaves a paid answer behind unkept. SerpApi gives the same answer again free
of charge for an hour (its cache), so there the page is still paid once; Google bills a repeated request.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from callout.features.prospecting.ports import (
    Box,
    ChosenSource,
    PlacesFailed,
    PlacesPage,
    PlacesQuery,
    QueryRefused,
    QuotaSpent,
    Review,
    Unavailable,
)
from callout.features.prospecting.scraping import ledger
from callout.features.prospecting.scraping.areas import from_row
from callout.features.prospecting.scraping.claiming import interval_s
from callout.features.prospecting.scraping.ending import fail, note_error
from callout.features.prospecting.scraping.errors import needs_a_person
from callout.features.prospecting.scraping.lifecycle import AT_WORK
from callout.features.prospecting.scraping.patience import MOST_IN_ROW, ROUNDS, is_given_up, pause_s
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.settling import give_up, tile_name
from callout.features.prospecting.scraping.tables import ScrapePage
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.pacing import hold

LONGEST_CALL_S = 120.0
REVIEWS = 5


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One request to be made.

    Attributes:
        run: of the job, which claimed the page.
        reviews_of: the place whose reviews are wanted; None for a search.
    """

    job_id: UUID
    page_id: UUID
    run: int
    chosen: ChosenSource
    query: PlacesQuery
    cursor: str | None = None
    reviews_of: str | None = None


Answer = PlacesPage | list[Review] | PlacesFailed


async def prepare(work: Work, job_id: UUID, page_id: UUID, run: int, scraping: Scraping) -> Ask | None:
    """The request of a claimed page; None when it is not this run's any more, or the job rests."""
    page = await ledger.fetch_page(work, page_id)
    if page is None or page.state != "fetching" or page.run != run:
        return None
    job = await ledger.lock_job(work, job_id)
    if job is None or job.run != run or job.status not in AT_WORK:
        return None
    chosen = await scraping.sources.source_of(work, job.provider)
    if chosen is None or chosen.mode != job.mode:
        return None
    return Ask(
        job_id=job_id,
        page_id=page_id,
        run=run,
        chosen=chosen,
        query=query_of(job, page),
        cursor=page.cursor,
        reviews_of=page.tile if page.kind == "reviews" else None,
    )


def query_of(job: ScrapeJob, page: ScrapePage) -> PlacesQuery:
    """The search of a page; ratings and prices are judged here, so that what is left out can be counted."""
    area = from_row(job.areas[page.place])
    words = search_words(page.business_type)
    return PlacesQuery(
        text=words if page.box else f"{words} in {area.label}",
        country=area.country,
        box=msgspec.convert(page.box, Box) if page.box else None,
        language=job.language or "en",
        open_now=job.open_now,
        with_reviews=job.with_reviews,
    )


def search_words(business_type: str) -> str:
    """What is typed into the search for a business type: a preset's code or free text."""
    return " ".join(business_type.replace("_", " ").split())


async def ask(request: Ask) -> Answer:
    """Makes the request; a failure is an answer too."""
    source = request.chosen.source
    try:
        async with asyncio.timeout(LONGEST_CALL_S):
            if request.reviews_of is not None:
                return await source.reviews(request.reviews_of, language=request.query.language, limit=REVIEWS)
            return await source.search(request.query, cursor=request.cursor)
    except PlacesFailed as failed:
        return failed
    except TimeoutError:
        return Unavailable(f"{source.provider} did not answer within {LONGEST_CALL_S:.0f} seconds.")


async def keep(work: Work, request: Ask, answer: Answer) -> None:
    """Writes down what came; a page that is no longer this run's is left alone. Repeating changes nothing."""
    job = await ledger.lock_job(work, request.job_id)
    page = await ledger.fetch_page(work, request.page_id, lock=True)
    if job is None or page is None or page.state != "fetching" or page.run != request.run:
        return
    page.attempts += 1
    if isinstance(answer, PlacesFailed):
        await _keep_failure(work, job, page, request, answer)
        return
    job.errors_in_row, job.due_at = 0, None
    if isinstance(answer, PlacesPage):
        page.drafts, page.rejected, page.next_cursor = _plain(answer.drafts), answer.rejected, answer.next
        page.results = len(answer.drafts) + answer.rejected
        page.calls, page.cost = answer.calls, answer.cost
        page.cap, page.page_size = request.chosen.source.cap, request.chosen.source.page_size
    else:
        page.drafts, page.results, page.calls = _plain(answer), len(answer), 1
        page.cost = request.chosen.source.reviews_cost
    page.state, page.fetched_at, page.error = "fetched", work.now, None
    job.provider_calls += page.calls
    if job.mode == "live":  # nobody pays a simulator
        job.cost += page.cost


async def _keep_failure(work: Work, job: ScrapeJob, page: ScrapePage, request: Ask, failed: PlacesFailed) -> None:
    page.state, page.error = "planned", failed.code
    message = f"{failed.message} {failed.remedy}".strip()
    if needs_a_person(failed):
        await fail(work, job, failed.code, message, reason="quota" if isinstance(failed, QuotaSpent) else "error")
        return
    if isinstance(failed, QueryRefused):
        page.rounds = ROUNDS
        note_error(work, job, failed.code, message, tile_name(job, page))
        await give_up(work, job, page)
        return
    job.errors_in_row += 1
    pause = pause_s(job.errors_in_row, await interval_s(work), failed.retry_after_s)
    job.due_at = work.now + timedelta(seconds=pause)
    if failed.retry_after_s and request.chosen.mode == "live":
        await hold(work, f"places:{request.chosen.key_id}", failed.retry_after_s)
    if is_given_up(page.attempts):
        page.rounds += 1
        note_error(work, job, failed.code, message, tile_name(job, page))
        await give_up(work, job, page)
    if job.errors_in_row >= MOST_IN_ROW:
        await fail(
            work,
            job,
            failed.code,
            f"{MOST_IN_ROW} requests failed one after the other. Resume the job later. {message}",
        )


def _plain(values: Sequence[Any]) -> list[Any]:
    """As JSON that PostgreSQL takes: it has no place for NUL characters."""
    plain: list[Any] = _without_nul(msgspec.to_builtins(values))
    return plain


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(inner) for key, inner in value.items()}
    return [_without_nul(inner) for inner in value] if isinstance(value, list) else value
