"""Answers the gateway makes itself: problem details like the services' own, and its health."""

from callout.services.gateway.options import Config, GatewayOptions, typed

_PROBLEMS = "https://callout.dev/problems"
_EXPIRED = "response.code_details == 'jwt_authn_access_denied{Jwt_is_expired}'"
HEALTH_PATHS = "^/health(/ready|/live)?/?([?].*)?$"


def local_replies(options: GatewayOptions) -> Config:
    """The mapping of Envoy's own replies; first match wins."""
    return {
        "mappers": [
            _health(options, 200, "ok"),
            _health(options, 503, "degraded"),
            _problem(_cel(_EXPIRED), "token_expired", "Token expired", "Your session has expired: sign in again."),
            _problem(_status(401), "unauthenticated", "Not signed in", "Sign in first."),
            _problem(_status(403), "permission_denied", "Not allowed", "Your role does not allow this."),
            _problem(_status(404), "not_found", "Not found", "There is nothing here."),
            _problem(
                _status(413),
                "body_too_large",
                "Body too large",
                "The request body is larger than allowed.",
                max_bytes=options.max_body_bytes,
            ),
            _problem(_status(429), "rate_limited", "Too many requests", "Too many requests: wait a while."),
            _problem(
                _status(503), "upstream_unavailable", "Service unavailable", "This part is not available just now."
            ),
            _problem(_status(504), "upstream_unavailable", "Service too slow", "This part did not answer in time."),
            _problem(_status(500, "GE"), "internal", "Internal error", "Something went wrong on our side."),
            _problem(_status(400, "GE"), "malformed_request", "Malformed request", "The request could not be read."),
        ]
    }


def _problem(where: Config, code: str, title: str, detail: str, **members: object) -> Config:
    body = {
        "type": f"{_PROBLEMS}/{code}",
        "title": title,
        "status": "%RESPONSE_CODE%",
        "detail": detail,
        "message": detail,
        "code": code,
        "instance": "%PATH(NQ:PATH)%",
        "request_id": "%REQ(X-REQUEST-ID)%",
        **members,
    }
    return {
        "filter": where,
        "body_format_override": {"json_format": body, "content_type": "application/problem+json"},
        "headers_to_add": [
            _header("x-request-id", "%REQ(X-REQUEST-ID)%"),
            _header("cache-control", "no-store"),
        ],
    }


def _health(options: GatewayOptions, status: int, word: str) -> Config:
    """The health filter answers without a body; give it the one every service has."""
    body = {
        "service": "gateway",
        "status": word,
        "timestamp": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "version": options.version,
        "checks": {},
    }
    path = {"header_filter": {"header": {"name": ":path", "string_match": {"safe_regex": {"regex": HEALTH_PATHS}}}}}
    return {
        "filter": {"and_filter": {"filters": [path, _status(status)]}},
        "body_format_override": {"json_format": body, "content_type": "application/json"},
        "headers_to_add": [_header("cache-control", "no-store")],
    }


def _status(value: int, comparison: str = "EQ") -> Config:
    limit = {"default_value": value, "runtime_key": "callout.never_set"}
    return {"status_code_filter": {"comparison": {"op": comparison, "value": limit}}}


def _cel(expression: str) -> Config:
    message = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    return {"extension_filter": typed("envoy.access_loggers.extension_filters.cel", message, expression=expression)}


def _header(name: str, value: str) -> Config:
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
