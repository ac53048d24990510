"""What a job would take: the guess, the key's quota and the plan's room beside each other."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.prospecting.ports import PlacesFailed
from callout.features.prospecting.scraping import ledger
from callout.features.prospecting.scraping.claiming import LIVE_INTERVAL_S, interval_s
from callout.features.prospecting.scraping.estimate import expect
from callout.features.prospecting.scraping.jobs import Order
from callout.features.prospecting.scraping.ports import Scraping
from callout.kit.db.work import Work

LEARNT_OVER = timedelta(days=90)


async def foresee(work: Work, order: Order, scraping: Scraping) -> dict[str, Any]:
    """The figures of an estimate. What a call costs is what it has cost, else the list price; nothing in the sandbox.

    `within_quota` is null when the provider does not tell what is left.

    Raises:
        ApiKeysRequired: nobody can search for the tenant.
    """
    asked = order.asked
    async with scraping.database.transaction(work.principal) as look:
        chosen = await scraping.source(look, asked.provider)
        settings = await tenant_settings(look)
        pace = await interval_s(look)
        learnt = await ledger.cost_per_call(look, asked.provider, look.now - LEARNT_OVER)
    source, is_live = chosen.source, chosen.mode == "live"
    price = source.search_cost if learnt is None else Decimal(str(learnt))
    expected = expect(
        order.areas,
        types=len(asked.business_types),
        max_results=asked.max_results or settings["scraper.default_max_results"],
        cap=source.cap,
        page_size=source.page_size,
        interval_s=max(pace, LIVE_INTERVAL_S.get(asked.provider, 0.0) if is_live else 0.0),
        cost_per_call=price if is_live else Decimal(0),
        with_reviews=asked.with_reviews,
        cost_of_reviews=source.reviews_cost if is_live else Decimal(0),
    )
    try:
        remaining = (await source.account()).remaining
    except PlacesFailed:
        remaining = None
    return {
        "tiles": expected.tiles,
        "provider_calls": expected.calls,
        "expected_results": expected.results,
        "duration_s": expected.duration_s,
        "cost": float(round(expected.cost, 4)),
        "remaining": remaining,
        "within_quota": None if remaining is None else expected.calls <= remaining,
        "mode": chosen.mode,
        "areas": [area.label for area in order.areas],
    }
