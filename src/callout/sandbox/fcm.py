"""A Firebase: gives tokens to service accounts for signed statements, and validates messages."""

from typing import Any
from urllib.parse import parse_qs

import jwt
from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.kit.ids import uuid7
from callout.sandbox.keyed import answer, bearer, simulator, standing_of

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_SAYS = {400: ("The registration token is not a valid FCM registration token", "INVALID_ARGUMENT"),
         401: ("Request is missing required authentication credential.", "UNAUTHENTICATED"),
         403: ("Permission denied on resource project.", "PERMISSION_DENIED"),
         404: ("Requested entity was not found.", "NOT_FOUND"),
         429: ("Quota exceeded for quota metric", "RESOURCE_EXHAUSTED"),
         503: ("The service is currently unavailable.", "UNAVAILABLE")}  # fmt: skip


def error_body(status: int) -> dict[str, Any]:
    """What Firebase says with a status."""
    message, name = _SAYS.get(status, ("Internal error encountered.", "INTERNAL"))
    return {"error": {"code": status, "message": message, "status": name}}


@post("/token", status_code=200)
async def token(request: Request[Any, Any, State], state: State) -> Response[Any]:
    """A token for a signed statement. Signatures are checked for accounts whose public key is known."""
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode("ascii", "replace")).items()}
    if form.get("grant_type") != GRANT:
        return _refused("unsupported_grant_type", "Invalid grant_type.")
    try:
        claims = jwt.decode(form.get("assertion", ""), options={"verify_signature": False})
        email = str(claims["iss"])
        public_key = state.public_keys.get(email)
        jwt.decode(
            form["assertion"],
            public_key,
            algorithms=["RS256"],
            audience=str(request.url.with_replacements(query="")),
            options={"verify_signature": public_key is not None, "verify_exp": True, "verify_iat": True,
                     "verify_aud": True, "require": ["exp", "iat", "aud"]},
        )  # fmt: skip
    except jwt.InvalidSignatureError:
        return _refused("invalid_grant", "Invalid JWT Signature.")
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
        return _refused("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a "
                        "reasonable timeframe. Check your iat and exp values in the JWT claim.")  # fmt: skip
    except (jwt.PyJWTError, KeyError):
        return _refused("invalid_grant", "Invalid JWT.")
    if standing_of(email) == "refused":
        return _refused("invalid_grant", "Invalid grant: account not found")
    if claims.get("scope") != SCOPE:
        return _refused("invalid_scope", "Empty or missing scope not allowed.")
    issued = f"ya29.{uuid7().hex}"
    state.tokens[issued] = email
    return answer(200, {"access_token": issued, "expires_in": 3599, "token_type": "Bearer"})


@post("/v1/projects/{project:str}/messages:send", status_code=200)
async def send(request: Request[Any, Any, State], state: State, project: str) -> Response[Any]:
    """Takes a message; with `validate_only` it is only looked at."""
    email = state.tokens.get(bearer(request.headers.get("Authorization")) or "")
    if email is None:
        return answer(401, error_body(401))
    if project.startswith("missing"):
        return answer(404, error_body(404))
    standing = standing_of(email)
    if standing in {"stopped", "spent", "limited"}:
        status = 403 if standing == "stopped" else 429
        return answer(status, error_body(status))
    message = await request.json()
    if not isinstance(message, dict) or not isinstance(message.get("message"), dict):
        return answer(400, error_body(400))
    number = "fake_message_id" if message.get("validate_only") else uuid7().hex
    return answer(200, {"name": f"projects/{project}/messages/{number}"})


@post("/_sandbox/accounts", status_code=200)
async def know_account(data: dict[str, str], state: State) -> dict[str, Any]:
    """Tells the public key (PEM) of an account, by `client_email`: from then on its signatures are checked."""
    state.public_keys[data["client_email"]] = data["public_key"]
    return {"known": sorted(state.public_keys)}


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([token, send, know_account], error_body, state={"public_keys": {}, "tokens": {}})


def _refused(error: str, description: str) -> Response[Any]:
    return answer(400, {"error": error, "error_description": description})
