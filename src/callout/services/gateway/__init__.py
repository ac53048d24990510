"""The edge on port 3000: Envoy, configured from plain values; it holds no business rule."""

from callout.services.gateway.bootstrap import bootstrap
from callout.services.gateway.options import GatewayOptions, RateLimit, Upstream

__all__ = ["GatewayOptions", "RateLimit", "Upstream", "bootstrap"]
