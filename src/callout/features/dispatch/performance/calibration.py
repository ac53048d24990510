"""The SQL of calibration: how often vendors said yes, beside how likely that was thought to be."""

from typing import Any, Final

from sqlalchemy import and_, func, or_, select

from callout.features.dispatch.performance.fairness import GOT_THE_JOB
from callout.features.dispatch.performance.searches import number
from callout.features.dispatch.performance.span import Span
from callout.features.dispatch.tables import Offer
from callout.kit.db.work import Work

BINS: Final = 10
NO: Final = ("declined", "expired")


async def acceptance_calibration(work: Work, span: Span) -> list[dict[str, Any]]:
    """Offers sent in a span by their predicted chance of a yes, in tenths.

    A yes that came when the job was taken is a yes. Offers still open, and those withdrawn before the vendor said
    anything, tell nothing and are left out.

    Returns:
        Every `bin` by its lower edge: mean `predicted`, share `observed`, offers `n`; null where `n` is 0.
    """
    is_yes = or_(
        Offer.status.in_(GOT_THE_JOB),
        and_(Offer.status == "withdrawn", Offer.late_yes_at.is_not(None)),
    )
    number_of = func.least(func.width_bucket(Offer.accept_probability, 0, 1, BINS), BINS)
    query = (
        select(
            number_of.label("number"),
            func.avg(Offer.accept_probability).label("predicted"),
            (func.count().filter(is_yes) * 1.0 / func.count()).label("observed"),
            func.count().label("n"),
        )
        .where(
            Offer.tenant_id == work.tenant_id,
            span.holds(Offer.sent_at),
            *span.about(Offer.service_type),
            *span.by(Offer.vendor_id),
            or_(is_yes, Offer.status.in_(NO)),
        )
        .group_by("number")
    )
    found = {row["number"]: row for row in (await work.session.execute(query)).mappings()}
    return [_told(edge, found.get(edge + 1)) for edge in range(BINS)]


def _told(edge: int, row: Any) -> dict[str, Any]:
    predicted, observed, n = (row["predicted"], row["observed"], row["n"]) if row else (None, None, 0)
    return {"bin": edge / BINS, "predicted": number(predicted), "observed": number(observed), "n": n}
