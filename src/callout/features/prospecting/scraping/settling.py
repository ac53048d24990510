"""What follows when a tile has told all it will: it is done, or cut into four."""

from collections.abc import Sequence

import msgspec

from callout.features.prospecting.ports import Box
from callout.features.prospecting.scraping import ledger
from callout.features.prospecting.scraping.areas import from_row
from callout.features.prospecting.scraping.ending import note_error
from callout.features.prospecting.scraping.patience import ROUNDS
from callout.features.prospecting.scraping.progress import percent
from callout.features.prospecting.scraping.tables import ScrapePage
from callout.features.prospecting.scraping.tiling import Tile, can_split, is_cut_off, split
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work


async def settle(work: Work, job: ScrapeJob, pages: Sequence[ScrapePage], *, has_gaps: bool) -> None:
    """Ends the paging of a tile. Where its search was cut off, its quarters are searched.

    A tile whose pages repeat each other or could not be had may hide places as well, and is cut rather than asked
    again: no page is paid twice.

    Args:
        work: of the tenant.
        job: locked by the caller.
        pages: all pages of the tile, in order.
        has_gaps: whether places may be missing between them.
    """
    first = pages[0]
    for page in pages:
        page.told = None
    results = sum(page.results for page in pages)
    cap, page_size = max(page.cap for page in pages), max(page.page_size for page in pages)
    job.tiles_done += 1
    if not cap or not is_cut_off(results, cap=cap, page_size=page_size, has_gaps=has_gaps):
        return
    tile = Tile(msgspec.convert(first.box, Box), first.tile) if first.box else None
    if tile is None or not can_split(tile):
        message = f"The provider shows {results} places and no more. Use a narrower business type or a smaller place."
        note_error(work, job, "cut_off", message, tile_name(job, first))
        return
    quarters = [
        ledger.page_of(job.id, first.business_type, first.place, quarter.path, quarter.box) for quarter in split(tile)
    ]
    added = await ledger.plan(work, quarters)
    job.tiles_total += added
    job.batches_total += added


async def give_up(work: Work, job: ScrapeJob, page: ScrapePage) -> None:
    """Leaves a page that could not be had: for now, or for good once it had all its rounds."""
    page.state = "failed"
    if page.rounds < ROUNDS:
        return
    page_done(job)
    if page.kind == "search":
        await settle(work, job, await ledger.tile_pages(work, page), has_gaps=True)


def page_done(job: ScrapeJob) -> None:
    """Counts a page as dealt with."""
    job.batches_done += 1
    job.progress_pct = max(job.progress_pct, percent(job.batches_done, job.batches_total))


def tile_name(job: ScrapeJob, page: ScrapePage) -> str:
    """Where in the job something happened, for a person."""
    if page.kind == "reviews":
        return f"reviews of {page.tile}"
    area = from_row(job.areas[page.place]).label
    tile = f", tile {page.tile}" if page.tile else ""
    return f"{page.business_type} in {area}{tile}, page {page.page + 1}"
