"""What a vendor's past says: decayed counters and the estimates made from them.

All counters fade exponentially: quality with a half-life of 90 days, answering with 14. Estimates are posterior means
with a conjugate prior, so that one good or bad day of a newcomer decides nothing.
"""

import math
from datetime import datetime
from typing import Final

import msgspec

from callout.features.dispatch.facts import DAYPARTS
from callout.features.dispatch.opening import zone

PRIOR_QUALITY: Final = 0.75
PRIOR_ANSWER_RATE: Final = 0.7
PRIOR_ANSWERS: Final = 8.0
PRIOR_MEDIAN_MIN: Final = 3.0
OUTCOMES_FOR_TENANT_MEAN: Final = 30.0
UNRATED_COMPLETION: Final = 0.85
SHORTEST_ANSWER_MIN: Final = 0.05
MAX_BACKOFF_MIN: Final = 120.0


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of one vendor for one service as they stood at `last`."""

    last: datetime
    n: float = 0.0
    s: float = 0.0
    offers: float = 0.0
    answers: float = 0.0
    accepts: float = 0.0
    silences: float = 0.0
    sum_log_rt: float = 0.0
    daypart_offers: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    daypart_accepts: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    backoff_until: datetime | None = None
    backoff_level: int = 0


def daypart(at: datetime, tz: str) -> int:
    """Index into DAYPARTS of a moment in a time zone: night 22-06, morning 06-12, afternoon 12-18, evening 18-22."""
    hour = at.astimezone(zone(tz)).hour
    name = "night" if hour < 6 or hour >= 22 else "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
    return DAYPARTS.index(name)


def decayed(
    record: Record,
    now: datetime,
    *,
    quality_half_life_d: float,
    response_half_life_d: float,
) -> Record:
    """The same record faded to `now`; a moment before `last` changes nothing."""
    days = max(0.0, (now - record.last).total_seconds() / 86400)
    if days == 0:
        return record
    quality, answering = (
        0.5 ** (days / quality_half_life_d),
        0.5 ** (days / response_half_life_d),
    )
    return msgspec.structs.replace(
        record,
        last=now,
        n=record.n * quality,
        s=record.s * quality,
        offers=record.offers * answering,
        answers=record.answers * answering,
        accepts=record.accepts * answering,
        silences=record.silences * answering,
        sum_log_rt=record.sum_log_rt * answering,
        daypart_offers=tuple(value * answering for value in record.daypart_offers),
        daypart_accepts=tuple(value * answering for value in record.daypart_accepts),
    )


def answered(record: Record, *, minutes: float, accepted: bool, part: int) -> Record:
    """An offer was accepted or declined after `minutes`; any answer ends the silence back-off."""
    return msgspec.structs.replace(
        record,
        offers=record.offers + 1,
        answers=record.answers + 1,
        accepts=record.accepts + accepted,
        sum_log_rt=record.sum_log_rt + math.log(max(minutes, SHORTEST_ANSWER_MIN)),
        daypart_offers=_plus(record.daypart_offers, part, 1),
        daypart_accepts=_plus(record.daypart_accepts, part, int(accepted)),
        backoff_until=None,
        backoff_level=0,
    )


def stayed_silent(record: Record, now: datetime, *, part: int, backoff_min: float) -> Record:
    """An offer expired unanswered: the pause before the next one doubles from `backoff_min` up to two hours."""
    pause = min(backoff_min * 2**record.backoff_level, MAX_BACKOFF_MIN)
    return msgspec.structs.replace(
        record,
        offers=record.offers + 1,
        silences=record.silences + 1,
        daypart_offers=_plus(record.daypart_offers, part, 1),
        backoff_until=datetime.fromtimestamp(now.timestamp() + pause * 60, tz=now.tzinfo),
        backoff_level=min(record.backoff_level + 1, 10),
    )


def delivered(record: Record, success: float) -> Record:
    """A job ended with a success between 0 (released, no-show, complaint) and 1 (five stars)."""
    return msgspec.structs.replace(record, n=record.n + 1, s=record.s + success)


def corrected(
    record: Record,
    before: float,
    after: float,
    *,
    age_d: float,
    quality_half_life_d: float,
) -> Record:
    """A rating replaces the success assumed `age_d` days ago when the job was completed."""
    change = (after - before) * 0.5 ** (max(age_d, 0.0) / quality_half_life_d)
    return msgspec.structs.replace(record, s=min(max(record.s + change, 0.0), record.n))


def success_of(stars: int | None, *, complaint: bool = False) -> float:
    """What a completed job adds: (stars - 1) / 4 when rated, 0.85 unrated, 0 with a complaint."""
    if complaint:
        return 0.0
    return UNRATED_COMPLETION if stars is None else (stars - 1) / 4


def tenant_mean(outcomes: float, success: float) -> float:
    """The prior mean of quality: the tenant's own for the service from 30 outcomes on, else 0.75."""
    return success / outcomes if outcomes >= OUTCOMES_FOR_TENANT_MEAN else PRIOR_QUALITY


def quality(n: float, s: float, mean: float, strength: float) -> float:
    """Posterior mean success: (s + C·m) / (n + C)."""
    return (s + strength * mean) / (n + strength)


def exploration_bonus(n: float, mean: float, strength: float, c: float) -> float:
    """What is added to the quality of somebody little known: c · √(m(1-m) / (n + C + 1)), a posterior deviation."""
    return c * math.sqrt(mean * (1 - mean) / (n + strength + 1))


def median_minutes(answers: float, sum_log_rt: float) -> float:
    """The typical answer time in minutes: a log-normal median, drawn towards 3 by eight prior answers."""
    logs = sum_log_rt + PRIOR_ANSWERS * math.log(PRIOR_MEDIAN_MIN)
    return math.exp(logs / (answers + PRIOR_ANSWERS))


def mean_minutes(answers: float, sum_log_rt: float) -> float:
    """The mean answer time in minutes (geometric, so that one forgotten phone does not decide); needs an answer."""
    return math.exp(sum_log_rt / answers)


def answer_rate(offers: float, answers: float) -> float:
    """Posterior share of offers answered at all: (answers + 8·0.7) / (offers + 8)."""
    return (answers + PRIOR_ANSWERS * PRIOR_ANSWER_RATE) / (offers + PRIOR_ANSWERS)


def _plus(values: tuple[float, ...], index: int, amount: float) -> tuple[float, ...]:
    return tuple(value + amount if position == index else value for position, value in enumerate(values))
