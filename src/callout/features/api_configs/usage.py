"""How much each provider was used, and what is left of its quota."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from callout.features.api_configs import store, usage_store
from callout.features.api_configs.latency import percentile
from callout.features.api_configs.tables import ProviderConfig
from callout.kit.db.work import Work


async def usage_report(work: Work, first: date, last: date, provider: str | None = None) -> list[dict[str, Any]]:
    """One row per provider and mode that was used from `first` to `last`, days in UTC, both included."""
    found = await usage_store.usage_between(work, first, last, provider)
    configs = await store.all_configs(work)
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in found:
        groups.setdefault((row.provider, row.mode), []).append(row)
    return [_row(name, mode, rows, configs.get(name)) for (name, mode), rows in groups.items()]


def _row(name: str, mode: str, rows: list[Any], config: ProviderConfig | None) -> dict[str, Any]:
    told: Mapping[str, Any] = (config.validation if config is not None and mode == "live" else None) or {}
    by_operation: dict[str, list[Any]] = {}
    for row in rows:
        by_operation.setdefault(row.operation, []).append(row)
    return {
        "provider": name,
        "mode": mode,
        **_figures(rows),
        "quota": told.get("quota"),
        "remaining": told.get("remaining"),
        "unit": told.get("unit"),
        "operations": {operation: _figures(part) for operation, part in sorted(by_operation.items())},
    }


def _figures(rows: Iterable[Any]) -> dict[str, Any]:
    counts: dict[int, int] = {}
    requests = errors = units = total_ms = 0
    cost = Decimal(0)
    for row in rows:
        counts[row.le_ms] = counts.get(row.le_ms, 0) + int(row.requests)
        requests += int(row.requests)
        errors += int(row.errors)
        units += int(row.units)
        total_ms += int(row.total_ms)
        cost += row.cost
    return {
        "requests": requests,
        "errors": errors,
        "mean_ms": round(total_ms / requests) if requests else None,
        "p50_ms": percentile(counts, 0.5),
        "p95_ms": percentile(counts, 0.95),
        "units": units,
        "cost": f"{cost:.4f}",
        "currency": "USD",
    }
