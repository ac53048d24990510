"""The vendor service (:3002): field workers, customer links, sign-in."""

from callout.kit.http.edge import Edge
from callout.services.parts import Parts, assemble_service
from callout.services.routes import shared_routers, vendor_routers

REQUESTS_PER_WINDOW = {"": 1000, "vendor": 500}
BODY_LIMIT_MIB = {"": 1, "/api/vendor/orders": 10, "/api/shared/files": 50, "/api/shared/webhooks": 5}


def vendor_service(parts: Parts) -> Edge:
    """The service's application."""
    return assemble_service(
        "vendor",
        [*vendor_routers(), *shared_routers()],
        parts,
        requests_per_window=REQUESTS_PER_WINDOW,
        body_limit_mib=BODY_LIMIT_MIB,
        base44_compatible=True,
    )
