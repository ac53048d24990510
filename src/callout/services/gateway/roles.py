"""Who may pass: tokens are verified by signature, and per prefix by role; everything else is the services' to judge."""

from callout.services.gateway.options import Config, GatewayOptions, typed

ADMIN_ROLES = ("owner", "manager", "viewer")
VENDOR_ROLES = ("vendor",)

_JWT = "envoy.filters.http.jwt_authn"
_JWT_MESSAGE = "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"
_RBAC = "envoy.filters.http.rbac"
_RBAC_MESSAGE = "envoy.extensions.filters.http.rbac.v3"
_PROVIDER = "callout"
_CLOCK_SKEW_S = 10
_ACCESS_KEY = {"name": "authorization", "string_match": {"safe_regex": {"regex": "(?i)bearer cok_.*"}}}
_TICKET = {"name": "ticket", "present_match": True}


def token_filter(options: GatewayOptions) -> Config:
    """Checks the EdDSA signature, issuer, audience and expiry of access tokens on the prefixes that need one."""
    provider = {
        "issuer": options.issuer,
        "audiences": [options.audience],
        "local_jwks": {"inline_string": options.jwks},
        "from_headers": [
            {"name": "Authorization", "value_prefix": "Bearer "},
            {"name": "Authorization", "value_prefix": "bearer "},
        ],
        "forward": True,
        "payload_in_metadata": "jwt",
        "clock_skew_seconds": _CLOCK_SKEW_S,
        "jwt_cache_config": {"jwt_cache_size": 10_000},
    }
    rules = []
    for prefix in ("/api/admin", "/api/vendor"):
        place = {"path_separated_prefix": prefix}
        rules += [
            {"match": {**place, "headers": [_ACCESS_KEY]}},
            {"match": {**place, "query_parameters": [_TICKET]}},
            {"match": place, "requires": {"provider_name": _PROVIDER}},
        ]
    return typed(_JWT, _JWT_MESSAGE, providers={_PROVIDER: provider}, rules=rules, bypass_cors_preflight=True)


def role_filter() -> Config:
    """Refuses a verified token of a role that does not belong to the prefix; the routes name the roles."""
    return typed(_RBAC, f"{_RBAC_MESSAGE}.RBAC")


def roles_required(roles: tuple[str, ...]) -> Config:
    """The part of a route that names the roles its tokens must carry; nothing when any may pass."""
    if not roles:
        return {}
    other_role = {
        "and_ids": {
            "ids": [
                _role_is({"present_match": True}),
                *({"not_id": _role_is({"string_match": {"exact": role}})} for role in roles),
            ]
        }
    }
    rules = {"action": "DENY", "policies": {"other_role": {"permissions": [{"any": True}], "principals": [other_role]}}}
    message = f"type.googleapis.com/{_RBAC_MESSAGE}.RBACPerRoute"
    return {"typed_per_filter_config": {_RBAC: {"@type": message, "rbac": {"rules": rules}}}}


def only_from(ranges: tuple[str, ...]) -> Config:
    """The part of a route that closes it to other client addresses."""
    insiders = []
    for cidr in ranges:
        address, _, length = cidr.partition("/")
        insiders.append({"remote_ip": {"address_prefix": address, "prefix_len": int(length)}})
    rules = {"action": "ALLOW", "policies": {"inside": {"permissions": [{"any": True}], "principals": insiders}}}
    message = f"type.googleapis.com/{_RBAC_MESSAGE}.RBACPerRoute"
    return {"typed_per_filter_config": {_RBAC: {"@type": message, "rbac": {"rules": rules}}}}


def _role_is(value: Config) -> Config:
    return {"sourced_metadata": {"metadata_matcher": {"filter": _JWT, "path": _path("jwt", "role"), "value": value}}}


def _path(*keys: str) -> list[Config]:
    return [{"key": key} for key in keys]
