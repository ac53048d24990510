"""The routing table: which prefix goes to which service, and how patiently."""

from typing import NamedTuple

from callout.services.gateway.options import Config, GatewayOptions
from callout.services.gateway.roles import ADMIN_ROLES, VENDOR_ROLES, only_from, roles_required

_SAFE_METHODS = "GET|HEAD|OPTIONS"
_EVENT_STREAM = r".*text/event-stream.*"
_UNROUTED = ("/api", "/media", "/ws-user-apps")


class Prefix(NamedTuple):
    """A path prefix (whole segments), its cluster, the roles a token must carry, and whether sockets live there."""

    path: str
    cluster: str
    roles: tuple[str, ...] = ()
    is_socket: bool = False


PREFIXES = (
    Prefix("/api/admin", "admin", ADMIN_ROLES),
    Prefix("/api/vendor", "vendor", VENDOR_ROLES),
    Prefix("/api/shared/webhooks", "admin_then_vendor"),
    Prefix("/api/shared", "vendor_then_admin"),
    Prefix("/.well-known/jwks.json", "vendor_then_admin"),
    Prefix("/api/apps", "vendor"),
    Prefix("/api/app-logs", "vendor"),
    Prefix("/api/functions", "vendor"),
    Prefix("/ws-user-apps", "vendor", is_socket=True),
    Prefix("/parties", "vendor", is_socket=True),
    Prefix("/whatsapp", "vendor"),
    Prefix("/login", "vendor"),
    Prefix("/api/voice", "voice", is_socket=True),
    Prefix("/media", "voice", is_socket=True),
    Prefix("/ws/calls", "voice", is_socket=True),
)
PAGES = (Prefix("/app", "vendor"), Prefix("/t", "vendor"))


def routes(options: GatewayOptions) -> list[Config]:
    """All routes, first match wins."""
    table = [_body_too_large(options), _live(), _metrics(options)]
    for prefix in PREFIXES:
        if prefix.cluster != "voice" or options.voice:
            table += _service_routes(prefix, options)
    table += [{"match": {"path_separated_prefix": path}, "direct_response": {"status": 404}} for path in _UNROUTED]
    for page in PAGES:
        table += _service_routes(page, options)
    return table + _service_routes(Prefix("/", "admin"), options)


def _service_routes(prefix: Prefix, options: GatewayOptions) -> list[Config]:
    """Sockets, event streams, safe methods and writes of one prefix differ in time-outs and retries."""
    path = {"prefix": "/"} if prefix.path == "/" else {"path_separated_prefix": prefix.path}
    socket_idle = f"{options.socket_idle_timeout_s}s"
    timeout = "0s" if prefix.is_socket else f"{options.request_timeout_s}s"
    kinds: list[tuple[list[Config], Config]] = [
        ([_header("upgrade", "(?i)websocket")], {"timeout": "0s", "idle_timeout": socket_idle}),
        ([_header("accept", _EVENT_STREAM)], {"timeout": "0s", "retry_policy": _retries("connect-failure")}),
        (
            [_header(":method", _SAFE_METHODS)],
            {"timeout": timeout, "retry_policy": _retries("connect-failure,retriable-status-codes")},
        ),
        ([], {"timeout": timeout, "retry_policy": _retries("connect-failure")}),
    ]
    return [
        {
            "name": f"{prefix.cluster}:{prefix.path}",
            "match": {**path, "headers": headers},
            "route": {"cluster": prefix.cluster, **action},
            **roles_required(prefix.roles),
        }
        for headers, action in kinds
    ]


def _retries(when: str) -> Config:
    """Retry elsewhere what never reached a service; a 503 only where repeating is harmless."""
    return {
        "retry_on": when,
        "retriable_status_codes": [503],
        "num_retries": 2,
        "retry_back_off": {"base_interval": "0.05s", "max_interval": "0.5s"},
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
                },
            }
        ],
        "retry_priority": {
            "name": "envoy.retry_priorities.previous_priorities",
            "typed_config": {
                "@type": "type.googleapis.com/"
                "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
                "update_frequency": 1,
            },
        },
    }


def _header(name: str, pattern: str) -> Config:
    return {"name": name, "string_match": {"safe_regex": {"regex": pattern}}}


def _body_too_large(options: GatewayOptions) -> Config:
    too_long = {"start": options.max_body_bytes + 1, "end": 2**62}
    return {
        "match": {"prefix": "/", "headers": [{"name": "content-length", "range_match": too_long}]},
        "direct_response": {"status": 413},
    }


def _live() -> Config:
    return {"match": {"path_separated_prefix": "/health/live"}, "direct_response": {"status": 200}}


def _metrics(options: GatewayOptions) -> Config:
    return {
        "name": "metrics",
        "match": {"path_separated_prefix": "/metrics"},
        "route": {"cluster": "own_administration", "regex_rewrite": _whole_path("/stats/prometheus"), "timeout": "10s"},
        **only_from(options.metrics_from),
    }


def _whole_path(replacement: str) -> Config:
    return {"pattern": {"regex": "^.*$"}, "substitution": replacement}
