"""What enrichment shows."""

from typing import Any

from callout.features.prospecting.enrichment.tables import WebsiteCheck
from callout.features.prospecting.views import masked_if
from callout.kit.http.wire import timestamp


def check_view(check: WebsiteCheck, *, masked: bool) -> dict[str, Any]:
    """Shape WebsiteCheck; phone and e-mail are masked like those of the business."""
    names = ("business_id", "job_id", "url", "final_url", "status", "error_code", "error", "pages", "improved")
    return {name: getattr(check, name) for name in names} | {
        "robots": "forbidden" if check.status == "forbidden" else "allowed" if check.pages else "unknown",
        "found": masked_if(masked, check.found),
        "checked_at": timestamp(check.checked_at),
    }
