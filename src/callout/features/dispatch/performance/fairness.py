"""The SQL of fairness: how evenly jobs fall on the vendors of a service, and how long newcomers wait."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import CTE, Numeric, and_, cast, func, literal, select

from callout.features.dispatch.performance.searches import number
from callout.features.dispatch.performance.span import Span
from callout.features.dispatch.tables import Offer
from callout.features.vendors.tables import Vendor, VendorService
from callout.kit.db.work import Work

GOT_THE_JOB: Final = ("accepted", "released")
"""A job given back later was a job all the same."""
NEWCOMER_FOR: Final = timedelta(days=30)


def _jobs(work: Work, span: Span) -> CTE:
    """Verified vendor and service to the jobs taken in a span; those without any have 0."""
    return (
        select(VendorService.service_code, VendorService.vendor_id, func.count(Offer.id).label("jobs"))
        .outerjoin(
            Offer,
            and_(
                Offer.tenant_id == work.tenant_id,
                Offer.vendor_id == VendorService.vendor_id,
                Offer.service_type == VendorService.service_code,
                Offer.status.in_(GOT_THE_JOB),
                span.holds(Offer.decided_at),
            ),
        )
        .where(
            VendorService.tenant_id == work.tenant_id,
            VendorService.is_verified,
            *span.about(VendorService.service_code),
        )
        .group_by(VendorService.service_code, VendorService.vendor_id)
        .cte("jobs")
    )


async def exposure(work: Work, span: Span) -> list[dict[str, Any]]:
    """Per service with jobs: vendors, those with a job, jobs, the largest share, and the Gini coefficient.

    G = 2·Σ i·xᵢ / (n·Σ xᵢ) - (n + 1) / n over the n verified vendors' jobs x in ascending order (Sen 1973).
    """
    jobs = _jobs(work, span)
    ranked = select(
        jobs,
        func.row_number().over(partition_by=jobs.c.service_code, order_by=(jobs.c.jobs, jobs.c.vendor_id)).label("i"),
    ).cte("ranked")
    n, total = cast(func.count(), Numeric), func.sum(ranked.c.jobs)
    query = (
        select(
            ranked.c.service_code.label("service_type"),
            func.count().label("vendors"),
            func.count().filter(ranked.c.jobs > 0).label("vendors_with_jobs"),
            total.label("jobs"),
            (func.max(ranked.c.jobs) / total).label("largest_share"),
            (2 * func.sum(ranked.c.i * ranked.c.jobs) / (n * total) - (n + 1) / n).label("gini"),
        )
        .group_by(ranked.c.service_code)
        .having(total > 0)
        .order_by(total.desc(), ranked.c.service_code)
    )
    return [
        {
            **row,
            "jobs": int(row["jobs"]),
            "largest_share": number(row["largest_share"]),
            "gini": number(row["gini"]),
        }
        for row in (await work.session.execute(query)).mappings()
    ]


def overall_gini(services: list[dict[str, Any]]) -> float | None:
    """The Gini coefficients of the services as they weigh by jobs; None without any."""
    jobs = sum(row["jobs"] for row in services)
    return round(sum(row["gini"] * row["jobs"] for row in services) / jobs, 4) if jobs else None


async def newcomer_wait_h(work: Work, span: Span) -> float | None:
    """Mean hours from being verified to the first job, of vendors who got their first job in a span."""
    first = _first_jobs(work)
    wait = func.extract("epoch", first.c.first_job_at - Vendor.verified_at) / 3600
    query = (
        select(func.avg(wait))
        .join(first, first.c.vendor_id == Vendor.id)
        .where(
            Vendor.tenant_id == work.tenant_id,
            span.holds(first.c.first_job_at),
            Vendor.verified_at <= first.c.first_job_at,
        )
    )
    if span.service:
        serving = select(VendorService.vendor_id).where(
            VendorService.tenant_id == work.tenant_id, *span.about(VendorService.service_code)
        )
        query = query.where(Vendor.id.in_(serving))
    return number((await work.session.execute(query)).scalar_one(), 2)


async def newcomers(work: Work, limit: int = 100) -> list[dict[str, Any]]:
    """Vendors verified within 30 days, newest first: offers, jobs, hours to the first job or waited so far."""
    first = _first_jobs(work)
    waited = func.extract("epoch", func.coalesce(first.c.first_job_at, literal(work.now)) - Vendor.verified_at) / 3600
    offers = (
        select(func.count())
        .where(Offer.tenant_id == work.tenant_id, Offer.vendor_id == Vendor.id)
        .correlate(Vendor)
        .scalar_subquery()
    )
    query = (
        select(
            Vendor.id.label("vendor_id"),
            Vendor.full_name,
            Vendor.verified_at,
            first.c.first_job_at,
            func.greatest(waited, 0).label("wait_h"),
            offers.label("offers"),
            func.coalesce(first.c.jobs, 0).label("jobs"),
        )
        .outerjoin(first, first.c.vendor_id == Vendor.id)
        .where(
            Vendor.tenant_id == work.tenant_id,
            Vendor.deleted_at.is_(None),
            Vendor.status == "verified",
            Vendor.verified_at > work.now - NEWCOMER_FOR,
        )
        .order_by(Vendor.verified_at.desc(), Vendor.id)
        .limit(limit)
    )
    return [dict(row) for row in (await work.session.execute(query)).mappings()]


def _first_jobs(work: Work) -> CTE:
    return (
        select(Offer.vendor_id, func.min(Offer.decided_at).label("first_job_at"), func.count().label("jobs"))
        .where(Offer.tenant_id == work.tenant_id, Offer.status.in_(GOT_THE_JOB))
        .group_by(Offer.vendor_id)
        .cte("first_jobs")
    )
