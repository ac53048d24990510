"""Which feature serves which audience: the map of all routes."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from litestar import Router

FEATURES = (
    "accounts", "geocoding", "files", "exports", "plans", "api_configs", "vendors", "prospecting", "conversations",
    "triggers", "orders", "dispatch", "billing", "calling", "notifications", "analytics",
)  # fmt: skip


def admin_routers() -> list[Router]:
    """Routes under /api/admin."""
    return _routers("admin_api")


def vendor_routers() -> list[Router]:
    """Routes under /api/vendor."""
    return _routers("vendor_api")


def shared_routers() -> list[Router]:
    """Routes on both services: /api/shared and the key set."""
    return [*_routers("public_api"), *_routers("hooks_api")]


def _routers(audience: str) -> list[Router]:
    found: list[Router] = []
    for feature in FEATURES:
        name = f"callout.features.{feature}.{audience}"
        if find_spec(f"callout.features.{feature}") is None or find_spec(name) is None:
            continue
        module: Any = import_module(name)
        routers = getattr(module, "routers", None) or [module.router]
        found.extend(routers)
    return found
