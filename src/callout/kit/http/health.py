"""Health, readiness and metrics endpoints of a service (API specification §8)."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from litestar import MediaType, Response, Router, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from callout.kit.http.wire import timestamp

Check = Callable[[], Awaitable[None]]


class Health:
    """What a service can tell about itself."""

    def __init__(
        self,
        service: str,
        version: str,
        *,
        checks: dict[str, Check],
        required: tuple[str, ...] = ("database",),
        **extra: Any,
    ) -> None:
        """`checks` raise when their part is ill; a failing `required` one makes the service unhealthy."""
        self.service = service
        self.version = version
        self.checks = checks
        self.required = required
        self.extra = extra
        self.started = time.monotonic()
        self.draining = False

    def drain(self) -> None:
        """From now on the service is not ready: balancers send it nothing new."""
        self.draining = True

    async def report(self) -> tuple[int, dict[str, Any]]:
        """HTTP status and body."""
        results: dict[str, dict[str, Any]] = {}
        for name, check in self.checks.items():
            began = time.perf_counter()
            try:
                await check()
                status = "ok"
            except Exception as error:  # noqa: BLE001 - whatever is wrong, health tells it
                status = f"failed: {type(error).__name__}"
            results[name] = {"status": status, "ms": round((time.perf_counter() - began) * 1000, 1)}
        ill = [name for name, result in results.items() if result["status"] != "ok"]
        body = {
            "service": self.service,
            "status": "degraded" if ill else "ok",
            "timestamp": timestamp(datetime.now(UTC)),
            "version": self.version,
            "uptime_s": round(time.monotonic() - self.started, 1),
            "checks": results,
            **self.extra,
        }
        return (503 if any(name in self.required for name in ill) else 200), body


def health_router(health: Health, guard: Any) -> Router:
    """Routes /health, /health/live, /health/ready, /metrics; `guard` marks them public."""

    @get("/health", operation_id="health")
    async def health_report() -> Response[dict[str, Any]]:
        status, body = await health.report()
        return Response(body, status_code=status)

    @get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @get("/health/ready")
    async def ready() -> Response[dict[str, Any]]:
        status, body = await health.report()
        return Response(body, status_code=503 if health.draining else status)

    @get("/metrics", media_type=MediaType.TEXT, include_in_schema=False)
    async def metrics() -> Response[bytes]:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Router("/", route_handlers=[health_report, live, ready, metrics], guards=[guard], tags=["Health"])
