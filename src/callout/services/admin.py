"""The admin service (:3001): owners, managers, viewers and access keys."""

from callout.kit.http.edge import Edge
from callout.services.parts import Parts, assemble_service
from callout.services.routes import admin_routers, shared_routers

REQUESTS_PER_WINDOW = {"": 1000, "agent": 3000}
BODY_LIMIT_MIB = {
    "": 2,
    "/api/admin/conversations": 5,
    "/api/admin/contacts/import": 50,
    "/api/admin/calling-agents": 50,
    "/api/admin/data-scraper": 51,
    "/api/shared/webhooks": 5,
    "/api/shared/files": 50,
}


def admin_service(parts: Parts) -> Edge:
    """The service's application."""
    return assemble_service(
        "admin",
        [*admin_routers(), *shared_routers()],
        parts,
        requests_per_window=REQUESTS_PER_WINDOW,
        body_limit_mib=BODY_LIMIT_MIB,
    )
