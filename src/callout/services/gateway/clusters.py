"""Upstream clusters: health checks, ejection, and who stands in for whom."""

import ipaddress

from callout.services.gateway.options import Config, GatewayOptions, Upstream

_PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_UPSTREAM_IDLE_S = 15  # shorter than the services keep a connection, so that none is used while it closes


def clusters(options: GatewayOptions) -> list[Config]:
    """One cluster per preference: a service alone, or one service with the other as fallback."""
    made = [
        _cluster("admin", options.admin),
        _cluster("vendor", options.vendor),
        _cluster("vendor_then_admin", options.vendor, options.admin),
        _cluster("admin_then_vendor", options.admin, options.vendor),
        _own_administration(options.admin_pipe),
    ]
    if options.voice:
        made.append(_cluster("voice", options.voice))
    return made


def _cluster(name: str, *preferences: tuple[Upstream, ...]) -> Config:
    """A cluster whose first preference serves as long as one of its endpoints is healthy."""
    every = [upstream for group in preferences for upstream in group]
    return {
        "name": name,
        "type": "STATIC" if all(_is_address(upstream.host) for upstream in every) else "STRICT_DNS",
        "connect_timeout": "2s",
        "lb_policy": "LEAST_REQUEST",
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "health_checks": [
            {
                "timeout": "2s",
                "interval": "2s",
                "unhealthy_interval": "1s",
                "no_traffic_interval": "2s",
                "no_traffic_healthy_interval": "2s",
                "unhealthy_threshold": 2,
                "healthy_threshold": 1,
                "http_health_check": {"path": "/health/ready"},
            }
        ],
        "outlier_detection": {
            "consecutive_5xx": 5,
            "base_ejection_time": "30s",
            "interval": "5s",
            "max_ejection_percent": 50,  # the last endpoint is never ejected: a wrong answer beats none
        },
        "circuit_breakers": {"thresholds": [{"max_connections": 10_000, "max_requests": 10_000, "max_retries": 50}]},
        "typed_extension_protocol_options": {
            _PROTOCOL_OPTIONS: {
                "@type": f"type.googleapis.com/{_PROTOCOL_OPTIONS}",
                "explicit_http_config": {"http_protocol_options": {}},
                "common_http_protocol_options": {"idle_timeout": f"{_UPSTREAM_IDLE_S}s"},
            }
        },
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {"priority": priority, "lb_endpoints": [_endpoint(upstream) for upstream in group]}
                for priority, group in enumerate(preferences)
            ],
        },
    }


def _endpoint(upstream: Upstream) -> Config:
    return {"endpoint": {"address": {"socket_address": {"address": upstream.host, "port_value": upstream.port}}}}


def _own_administration(pipe: str) -> Config:
    return {
        "name": "own_administration",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": "own_administration",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"pipe": {"path": pipe}}}}]}],
        },
    }


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
