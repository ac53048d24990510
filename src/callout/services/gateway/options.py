"""What the gateway is told: addresses, keys and limits, as plain values."""

from dataclasses import dataclass
from typing import Any

Config = dict[str, Any]
"""A piece of Envoy configuration in its JSON form (proto3 JSON mapping)."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """One address of a service: an IP address or a resolvable name."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many requests in so many seconds."""

    requests: int = 1000
    window_s: int = 900


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """Everything the Envoy bootstrap is made of.

    Attributes:
        port: where clients connect; `host` is the address to bind.
        admin, vendor, voice: addresses of the services; without any for voice its prefixes answer 404.
        jwks: the public signing keys, a JWK set as JSON text.
        admin_pipe: path of the Unix socket for Envoy's own administration, at most 107 bytes.
        per_address: the bucket every client address draws from.
        origins: web origins allowed to read answers the gateway makes itself, beside the app shells.
        metrics_from: address ranges (CIDR) that may read /metrics.
        trusted_hops: proxies in front whose X-Forwarded-For is believed.
        request_timeout_s: for whole answers; streams and sockets have none.
    """

    port: int
    admin: tuple[Upstream, ...]
    vendor: tuple[Upstream, ...]
    jwks: str
    issuer: str
    admin_pipe: str
    audience: str = "callout"
    voice: tuple[Upstream, ...] = ()
    host: str = "127.0.0.1"
    version: str = "0"
    per_address: RateLimit = RateLimit()
    origins: tuple[str, ...] = ()
    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    trusted_hops: int = 0
    request_timeout_s: int = 35
    idle_timeout_s: int = 75
    socket_idle_timeout_s: int = 3600
    max_body_bytes: int = 50 * 1024 * 1024


def typed(name: str, message: str, **fields: Any) -> Config:
    """An extension by name with its configuration of the given protobuf message type."""
    return {"name": name, "typed_config": {"@type": f"type.googleapis.com/{message}", **fields}}
