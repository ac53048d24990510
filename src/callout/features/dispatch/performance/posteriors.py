"""What dispatch believes of a vendor now: quality, answering, and the chance of a yes in each part of the day. Pure."""

from datetime import datetime
from typing import Any

from callout.features.dispatch.acceptance import accept_probability
from callout.features.dispatch.facts import DAYPARTS
from callout.features.dispatch.policy import Knobs
from callout.features.dispatch.track_record import (
    Record,
    answer_rate,
    decayed,
    median_minutes,
    quality,
    tenant_mean,
)

DIGITS = 4


def beliefs(record: Record, knobs: Knobs, now: datetime, totals: tuple[float, float, float, float]) -> dict[str, Any]:
    """The estimates selection would use at this moment, and the faded counters they are made of.

    Args:
        record: the vendor's counters for a service, as stored.
        knobs: of the policy in force.
        now: up to which they fade.
        totals: the service's outcomes, success, offers, accepts over all vendors.
    """
    outcomes, success, offers, accepts = totals
    faded = decayed(
        record, now, quality_half_life_d=knobs.quality_half_life_d, response_half_life_d=knobs.response_half_life_d
    )
    mean = tenant_mean(outcomes, success)
    chances = {
        part: accept_probability(
            (faded.daypart_accepts[index], faded.daypart_offers[index]),
            (faded.accepts, faded.offers),
            (accepts, offers),
        )
        for index, part in enumerate(DAYPARTS)
    }
    return {
        "quality": round(quality(faded.n, faded.s, mean, knobs.quality_prior_strength), DIGITS),
        "answer_rate": round(answer_rate(faded.offers, faded.answers), DIGITS),
        "response_median_min": round(median_minutes(faded.answers, faded.sum_log_rt), DIGITS),
        "accept_probability": {part: round(chance, DIGITS) for part, chance in chances.items()},
        "evidence": {
            "outcomes": round(faded.n, DIGITS),
            "offers": round(faded.offers, DIGITS),
            "answers": round(faded.answers, DIGITS),
            "accepts": round(faded.accepts, DIGITS),
        },
        "backoff_until": faded.backoff_until if faded.backoff_until and faded.backoff_until > now else None,
    }
