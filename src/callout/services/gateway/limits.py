"""One token bucket per client address, and the headers that tell how full it is."""

import json

from callout.services.gateway.options import Config, GatewayOptions, typed

_APP_SHELLS = ("capacitor://localhost", "ionic://localhost", "http://localhost")
_EXPOSED = "etag, x-request-id, x-total-count, link, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset"


def address_limit(options: GatewayOptions) -> Config:
    """429 once an address has used up its bucket; buckets belong to this gateway alone."""
    bucket = {
        "max_tokens": options.per_address.requests,
        "tokens_per_fill": options.per_address.requests,
        "fill_interval": f"{options.per_address.window_s}s",
    }
    return typed(
        "envoy.filters.http.local_ratelimit",
        "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix="per_address",
        filter_enabled={"default_value": {"numerator": 100}},
        filter_enforced={"default_value": {"numerator": 100}},
        enable_x_ratelimit_headers="DRAFT_VERSION_03",
        max_dynamic_descriptors=100_000,
        always_consume_default_token_bucket=False,
        token_bucket={"max_tokens": 2**31, "tokens_per_fill": 2**31, "fill_interval": "1s"},
        rate_limits=[{"actions": [{"remote_address": {}}]}],
        descriptors=[{"entries": [{"key": "remote_address"}], "token_bucket": bucket}],
    )


def outgoing_headers(options: GatewayOptions) -> Config:
    """Headers every answer carries unless the service has set them itself."""
    origins = ", ".join(json.dumps(origin) for origin in (*_APP_SHELLS, *options.origins))
    origin = "request.headers['origin']"
    allowed = f"'origin' in request.headers && ({origin} in [{origins}] || {origin}.startsWith('http://localhost:'))"
    limited = "response.code == 429 && 'x-ratelimit-reset' in response.headers"
    additions = {
        "ratelimit-limit": "%RESP(x-ratelimit-limit)%",
        "ratelimit-remaining": "%RESP(x-ratelimit-remaining)%",
        "ratelimit-reset": "%RESP(x-ratelimit-reset)%",
        "retry-after": f"%CEL({limited} ? response.headers['x-ratelimit-reset'] : '')%",
        "access-control-allow-origin": f"%CEL({allowed} ? {origin} : '')%",
        "access-control-allow-credentials": f"%CEL({allowed} ? 'true' : '')%",
        "access-control-expose-headers": f"%CEL({allowed} ? '{_EXPOSED}' : '')%",
        "x-content-type-options": "nosniff",
    }
    mutations: list[Config] = [
        {"append": {"header": {"key": name, "value": value}, "append_action": "ADD_IF_ABSENT"}}
        for name, value in additions.items()
    ]
    mutations += [{"remove": f"x-ratelimit-{part}"} for part in ("limit", "remaining", "reset")]
    return typed(
        "envoy.filters.http.header_mutation",
        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
        mutations={"response_mutations": mutations},
    )
