"""Sends one request to a provider: bounded in time and size, redirects not followed, failures told apart."""

import asyncio
import json
from typing import Any

import httpx

from callout.features.api_configs.ports import Answer, Ask, TooSlow, Unclear

TIMEOUT_S = 10.0
LARGEST = 2 * 1024 * 1024


class HttpAsker:
    """Implements `Asking` over one client."""

    def __init__(self, client: httpx.AsyncClient, *, timeout_s: float = TIMEOUT_S) -> None:
        """Takes the client, whose transport decides what may be connected to, and the seconds an answer may take."""
        self._client = client
        self._timeout_s = timeout_s

    async def __call__(self, ask: Ask) -> Answer:
        """See `Asking`."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._send(ask)
        except (TimeoutError, httpx.TimeoutException) as error:
            words = f"The provider did not answer within {self._timeout_s:g} seconds."
            raise TooSlow(words, "Try again later.") from error
        except httpx.InvalidURL as error:
            raise Unclear("The address of the provider cannot be used.", "Check the address.") from error
        except httpx.HTTPError as error:
            kind = type(error).__name__
            raise Unclear(
                f"The provider cannot be reached ({kind}).", "Check the address, or try again later."
            ) from error

    async def _send(self, ask: Ask) -> Answer:
        given: dict[str, Any] = {"headers": dict(ask.headers), "content": ask.content}
        if ask.params:
            given["params"] = dict(ask.params)
        if ask.basic_auth:
            given["auth"] = ask.basic_auth
        async with self._client.stream(ask.method, ask.url, follow_redirects=False, **given) as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    raise Unclear("The provider's answer is far too large.", "Check the address.")
            text = bytes(body).decode("utf-8", "replace")
            return Answer(status=response.status_code, text=text, body=_json(text), headers=dict(response.headers))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
