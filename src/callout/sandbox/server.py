"""All simulators on one port, each under its provider's name: `/sendgrid/v3/mail/send`, `/elevenlabs/…`."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar.types import ASGIApp, Receive, Scope, Send

from callout.sandbox import (
    claude,
    cloned_voice,
    deepgram,
    elevenlabs,
    fcm,
    gemini,
    google_maps,
    grok,
    nominatim,
    openai,
    sendgrid,
    serpapi,
    ses,
    sns,
    textmagic,
    twilio,
    vonage,
    websites,
    whatsapp,
)

SIMULATORS: Mapping[str, Callable[[], Any]] = {
    "claude": claude.create_app,
    "cloned_voice": cloned_voice.create_app,
    "deepgram": deepgram.create_app,
    "elevenlabs": elevenlabs.create_app,
    "fcm": fcm.create_app,
    "gemini": gemini.create_app,
    "google_maps": google_maps.create_app,
    "grok": grok.create_app,
    "local_llm": openai.create_local_app,
    "nominatim": nominatim.app,
    "openai": openai.create_app,
    "sendgrid": sendgrid.create_app,
    "serpapi": serpapi.create_app,
    "ses": ses.create_app,
    "sns": sns.create_app,
    "textmagic": textmagic.create_app,
    "twilio": twilio.create_app,
    "vonage": vonage.create_app,
    "websites": websites.create_app,
    "whatsapp": whatsapp.create_app,
}
"""Provider → factory of its simulator; a further simulator is one line here."""

WEBSITES = ".example"
"""Hosts of simulated businesses: asked for one of these, the simulator of websites answers whatever the path."""


def create_app(simulators: Mapping[str, Any] | None = None) -> ASGIApp:
    """One ASGI application that hands `/<provider>/…` to that provider's simulator.

    Args:
        simulators: applications by provider; by default a fresh one of each.
    """
    apps = dict(simulators) if simulators is not None else {name: make() for name, make in SIMULATORS.items()}

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # type: ignore[comparison-overlap]
            await _live(receive, send)
            return
        if _host(scope).endswith(WEBSITES) and "websites" in apps:
            await apps["websites"](scope, receive, send)
            return
        provider, _, rest = scope["path"].lstrip("/").partition("/")
        app = apps.get(provider)
        if app is None:
            await _not_found(send, sorted(apps))
            return
        inner: Any = dict(scope)
        inner["path"] = f"/{rest}"
        inner["raw_path"] = inner["path"].encode()
        inner["root_path"] = f"{scope.get('root_path', '')}/{provider}"
        await app(inner, receive, send)

    return dispatch


def _host(scope: Scope) -> str:
    named = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return named.decode("ascii", "replace").partition(":")[0].lower()


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message: Any = await receive()
        done: Any = {"type": f"{message['type']}.complete"}
        await send(done)
        if message["type"] == "lifespan.shutdown":
            return


async def _not_found(send: Send, known: list[str]) -> None:
    body = ("no such simulator; there are: " + ", ".join(known)).encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
