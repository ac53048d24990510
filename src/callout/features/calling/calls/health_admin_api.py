"""/api/admin/calling-agents/health: whether everything a call needs is there."""

import time
from typing import Annotated, Any

from litestar import Router, get
from litestar.params import Dependency
from sqlalchemy import text

from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.calling.calls import holds
from callout.features.calling.calls.desk import CallDesk
from callout.features.conversations import scam
from callout.kit.db.work import Work

PREFIX = "/api/admin/calling-agents/health"
CAPABILITIES = ("telephony", "tts", "stt", "llm")
Desk = Annotated[CallDesk, Dependency(skip_validation=True)]


@get("/", guards=[allow("agent.read")])
async def calling_health(work: Work, call_desk: Desk) -> dict[str, Any]:
    """The provider of each capability, the processes that carry audio, and the database; no provider is asked."""
    parts = await capabilities(work, call_desk)
    judged = (await tenant_settings(work))["scam.enabled"]
    parts["scam_detection"] = _part("ready" if judged else "off", provider=scam.MODEL_VERSION)
    parts["voice_service"] = await _voice(work)
    started = time.perf_counter()
    await work.session.execute(text("SELECT 1"))
    parts["database"] = _part("ready", latency_ms=round((time.perf_counter() - started) * 1000))
    return parts


async def capabilities(work: Work, desk: CallDesk) -> dict[str, Any]:
    """The provider of each capability a call needs, by what is known of its key."""
    return {name: await _capability(work, desk, name) for name in CAPABILITIES}


async def _capability(work: Work, desk: CallDesk, name: str) -> dict[str, Any]:
    key = await desk.access.best_of(work, name)
    if key is None:
        return _part("missing")
    return _part("refused" if key.is_refused else "ready", provider=key.provider, mode=key.mode)


async def _voice(work: Work) -> dict[str, Any]:
    there = await holds.processes(work)
    open_ones = [one for one in there if not one.is_draining]
    status = "ready" if any(one.active < one.capacity for one in open_ones) else "full" if open_ones else "missing"
    figures = {"active": sum(one.active for one in there), "capacity": sum(one.capacity for one in open_ones)}
    return _part(status) | figures


def _part(
    status: str, *, provider: str | None = None, mode: str | None = None, latency_ms: int | None = None
) -> dict[str, Any]:
    return {"status": status, "provider": provider, "mode": mode, "latency_ms": latency_ms}


router = Router(PREFIX, route_handlers=[calling_health], tags=["Calls"])
