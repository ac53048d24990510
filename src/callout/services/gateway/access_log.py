"""One JSON line per request, without query strings and without the tokens some paths carry."""

from callout.services.gateway.options import Config, typed

_PATHS_TO_HIDE = "^/(api/shared/(webhooks|public|files|auth/(invitations|vendor-invites))|t|media)/.*"
_LINE = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "method": "%REQ(:METHOD)%",
    "route": "%ROUTE_NAME%",
    "status": "%RESPONSE_CODE%",
    "why": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "upstream": "%UPSTREAM_HOST%",
    "bytes_in": "%BYTES_RECEIVED%",
    "bytes_out": "%BYTES_SENT%",
    "ms": "%DURATION%",
    "upstream_ms": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
}


def access_logs() -> list[Config]:
    """Two writers to the same place: requests whose path holds a token are logged by route alone."""
    return [
        _log({**_LINE, "path": "%PATH(NQ:PATH)%"}, holds_token=False),
        _log(_LINE, holds_token=True),
    ]


def _log(line: dict[str, str], *, holds_token: bool) -> Config:
    message = "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog"
    path = {"name": ":path", "string_match": {"safe_regex": {"regex": _PATHS_TO_HIDE}}, "invert_match": not holds_token}
    return {
        "filter": {"header_filter": {"header": path}},
        **typed("envoy.access_loggers.stdout", message, log_format={"json_format": line}),
    }
