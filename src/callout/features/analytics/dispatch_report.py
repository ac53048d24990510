"""How dispatch does: jobs, speed, fairness, and whether vendors say yes as often as expected."""

from typing import Any
from uuid import UUID

import msgspec

from callout.features.analytics.periods import Bucket, Period, starts, usual_bucket
from callout.features.analytics.reports import Books
from callout.features.dispatch.performance import fairness
from callout.features.dispatch.performance.calibration import acceptance_calibration
from callout.features.dispatch.performance.series import series
from callout.features.dispatch.performance.span import Span
from callout.features.dispatch.performance.stats import figures
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which dispatch is reported on; None stands for all, or for the bucket that suits the period."""

    period: Period
    bucket: Bucket | None = None
    service_type: str | None = None
    vendor_id: UUID | None = None
    is_compared: bool = False


async def dispatch_report(work: Work, asked: Asked, books: Books) -> dict[str, Any]:
    """Figures of a period, over time, by service, and the calibration of predictions (product specification §6.14)."""
    period = asked.period
    span = _span(asked, period)
    bucket = asked.bucket or usual_bucket(period)
    exposure = await fairness.exposure(work, span)
    told = {
        "from": timestamp(period.start),
        "to": timestamp(period.end),
        "bucket": bucket,
        **await figures(work, span, exposure),
        "series": await series(work, span, bucket, books.timezone, starts(period, bucket, books.zone)),
        "exposure": exposure,
        "acceptance_calibration": await acceptance_calibration(work, span),
    }
    if asked.is_compared:
        before = _span(asked, period.previous)
        told["previous"] = {
            "from": timestamp(before.start),
            "to": timestamp(before.end),
            **await figures(work, before, await fairness.exposure(work, before)),
        }
    return told


def _span(asked: Asked, period: Period) -> Span:
    return Span(period.start, period.end, asked.service_type, asked.vendor_id)
