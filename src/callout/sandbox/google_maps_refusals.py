"""Google's refusals: `google.rpc.Status` of the Places API and the statuses of the Geocoding API."""

from typing import Any

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
PROJECT = "projects/000000000000"
NO_MASK = (
    "FieldMask is a required parameter. See https://cloud.google.com/apis/docs/system-parameters on how to provide it. "
    'As an example, you can set a header "X-Goog-FieldMask" with value "places.displayName" or set a URL parameter '
    '"$fields" with value "places.displayName" to ask for the display names of places. You can set the value to "*" in '
    "manual testing to ask for all available response fields."
)
NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other "
    "form of API consumer identity to call this API."
)
BAD_KEYS = {
    "AIzaInvalid": (400, "API key not valid. Please pass a valid API key.", "API_KEY_INVALID"),
    "AIzaExpired": (400, "API key expired. Please renew the API key.", "API_KEY_INVALID"),
    "AIzaDisabled": (
        403,
        "Places API (New) has not been used in project 000000000000 before or it is disabled.",
        "SERVICE_DISABLED",
    ),
    "AIzaUnpaid": (
        403,
        (
            "This API method requires billing to be enabled. Please enable billing on project #000000000000 by "
            "visiting https://console.developers.google.com/billing/enable?project=000000000000 then retry."
        ),
        "BILLING_DISABLED",
    ),
    "AIzaBlocked": (
        403,
        "Requests to this API places.googleapis.com method google.maps.places.v1.Places.SearchText are blocked.",
        "API_KEY_SERVICE_BLOCKED",
    ),
    "AIzaAddress": (
        403,
        (
            "The provided API key has an IP address restriction. The originating IP address of the call (192.0.2.1) "
            "violates this restriction."
        ),
        "API_KEY_IP_ADDRESS_BLOCKED",
    ),
}
"""Beginning of a key → how it is refused."""
GEOCODING_SAYS = {
    "AIzaInvalid": "The provided API key is invalid. ",
    "AIzaExpired": "The provided API key is expired. ",
    "AIzaDisabled": "This API project is not authorized to use this API.",
    "AIzaUnpaid": (
        "You must enable Billing on the Google Cloud Project at "
        "https://console.cloud.google.com/project/_/billing/enable"
    ),
    "AIzaBlocked": "This API key is not authorized to use this service or API. ",
    "AIzaAddress": "This IP, site or mobile application is not authorized to use this API key. ",
}
SPENT, GOOD = "AIzaSpent", "AIza"


def status(code: int, message: str, *details: dict[str, Any]) -> dict[str, Any]:
    """The body of a refusal."""
    error: dict[str, Any] = {"code": code, "message": message, "status": STATUSES.get(code, "UNKNOWN")}
    return {"error": error | ({"details": list(details)} if details else {})}


def reason(name: str, **metadata: str) -> dict[str, Any]:
    """The detail that names the reason."""
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": name,
        "domain": "googleapis.com",
        "metadata": {"service": "places.googleapis.com", "consumer": PROJECT, **metadata},
    }


def bad_field(path: str) -> dict[str, Any]:
    """The refusal of a mask with an unknown field."""
    violation = {
        "field": "fields",
        "description": f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.",
    }
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return status(400, "Request contains an invalid argument.", detail)


def quota(method: str, unit: str) -> dict[str, Any]:
    """The refusal of a request too many; `unit` is minute or day."""
    message = (
        f"Quota exceeded for quota metric '{method}' and limit '{method} per {unit}' of service "
        "'places.googleapis.com' for consumer 'project_number:000000000000'."
    )
    info = reason(
        "RATE_LIMIT_EXCEEDED",
        quota_limit=f"{method}Per{unit.capitalize()}PerProject",
        quota_unit={"minute": "1/min/{project}", "day": "1/d/{project}"}[unit],
    )
    return status(429, message, info)


def key_refusal(key: str | None, method: str) -> dict[str, Any] | None:
    """How a key is refused by the Places API; None when it is good."""
    if not key:
        return status(403, NO_KEY)
    for beginning, (code, message, name) in BAD_KEYS.items():
        if key.startswith(beginning):
            return status(code, message, reason(name, consumer=f"api_key:{key}" if code == 403 else PROJECT))
    if key.startswith(SPENT):
        return quota(method, "day")
    if not key.startswith(GOOD):
        code, message, name = BAD_KEYS["AIzaInvalid"]
        return status(code, message, reason(name))
    return None


def geocoding_refusal(key: str | None) -> dict[str, Any] | None:
    """How a key is refused by the Geocoding API; None when it is good."""
    if not key:
        return _denied("You must use an API key to authenticate each request to Google Maps Platform APIs.")
    for beginning, message in GEOCODING_SAYS.items():
        if key.startswith(beginning):
            return _denied(message)
    if key.startswith(SPENT):
        message = "You have exceeded your daily request quota for this API."
        return {"error_message": message, "results": [], "status": "OVER_QUERY_LIMIT"}
    return None if key.startswith(GOOD) else _denied(GEOCODING_SAYS["AIzaInvalid"])


def _denied(message: str) -> dict[str, Any]:
    return {"error_message": message, "results": [], "status": "REQUEST_DENIED"}
