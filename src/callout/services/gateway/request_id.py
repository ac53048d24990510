"""Request ids: a well-formed one of the client is kept, anything else is replaced."""

from callout.services.gateway.options import Config, typed

_KEPT = "x-callout-request-id"
_GIVEN = "request.headers['x-request-id']"
_WELL_FORMED = f"size({_GIVEN}) >= 8 && size({_GIVEN}) <= 64 && {_GIVEN}.matches('^[A-Za-z0-9-]+$')"
_KEEP = f"'x-request-id' in request.headers && {_WELL_FORMED} ? {_GIVEN} : ''"


def checked_request_id() -> Config:
    """The parts of the connection manager that make ids."""
    message = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
    steps: list[Config] = [
        {"remove": _KEPT},
        _set(_KEPT, f"%CEL({_KEEP})%"),
        {"remove": "x-request-id"},
        _set("x-request-id", f"%REQ({_KEPT})%"),
        {"remove": _KEPT},
    ]
    return {
        "early_header_mutation_extensions": [
            typed("envoy.http.early_header_mutation.header_mutation", message, mutations=steps)
        ],
        "generate_request_id": True,
        "preserve_external_request_id": True,
    }


def _set(name: str, value: str) -> Config:
    return {"append": {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}}
