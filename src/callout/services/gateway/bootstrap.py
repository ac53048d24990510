"""The whole Envoy bootstrap: one listener, its filters in order, the clusters behind it."""

from callout.services.gateway.access_log import access_logs
from callout.services.gateway.clusters import clusters
from callout.services.gateway.limits import address_limit, outgoing_headers
from callout.services.gateway.options import Config, GatewayOptions, typed
from callout.services.gateway.replies import local_replies
from callout.services.gateway.request_id import checked_request_id
from callout.services.gateway.roles import role_filter, token_filter
from callout.services.gateway.routes import routes

_MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"


def bootstrap(options: GatewayOptions) -> Config:
    """Envoy's configuration as a JSON-able value (envoy.config.bootstrap.v3.Bootstrap)."""
    return {
        "node": {"id": "gateway", "cluster": "callout"},
        "admin": {"address": {"pipe": {"path": options.admin_pipe, "mode": 0o600}}},
        "static_resources": {"listeners": [_listener(options)], "clusters": clusters(options)},
        "overload_manager": {
            "resource_monitors": [
                typed(
                    "envoy.resource_monitors.global_downstream_max_connections",
                    "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    max_active_downstream_connections=50_000,
                )
            ]
        },
    }


def _listener(options: GatewayOptions) -> Config:
    manager = typed("envoy.filters.network.http_connection_manager", _MANAGER, **_manager(options))
    return {
        "name": "edge",
        "address": {"socket_address": {"address": options.host, "port_value": options.port}},
        "per_connection_buffer_limit_bytes": 1024 * 1024,
        "filter_chains": [{"filters": [manager]}],
    }


def _manager(options: GatewayOptions) -> Config:
    return {
        "stat_prefix": "edge",
        "server_name": "callout",
        "use_remote_address": True,
        "xff_num_trusted_hops": options.trusted_hops,
        "normalize_path": True,
        "merge_slashes": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "max_request_headers_kb": 32,
        "request_headers_timeout": "10s",
        "stream_idle_timeout": f"{options.idle_timeout_s}s",
        "common_http_protocol_options": {
            "idle_timeout": f"{options.idle_timeout_s}s",
            "headers_with_underscores_action": "REJECT_REQUEST",
        },
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        **checked_request_id(),
        "access_log": access_logs(),
        "local_reply_config": local_replies(options),
        "http_filters": _filters(options),
        "route_config": {
            "name": "edge",
            "virtual_hosts": [{"name": "every_host", "domains": ["*"], "routes": routes(options)}],
        },
    }


def _filters(options: GatewayOptions) -> list[Config]:
    """Requests pass these from first to last, answers from last to first."""
    return [
        outgoing_headers(options),
        *_health_filters(),
        address_limit(options),
        token_filter(options),
        role_filter(),
        typed("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router"),
    ]


def _health_filters() -> list[Config]:
    """Healthy while each service has a healthy endpoint."""
    wanted = {name: {"value": 1} for name in ("admin", "vendor")}
    path = {"name": ":path", "string_match": {"safe_regex": {"regex": "^/health(/ready)?/?([?].*)?$"}}}
    return [
        typed(
            "envoy.filters.http.health_check",
            "envoy.extensions.filters.http.health_check.v3.HealthCheck",
            pass_through_mode=False,
            cluster_min_healthy_percentages=wanted,
            headers=[path],
        )
    ]
