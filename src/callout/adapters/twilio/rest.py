"""Requests to Twilio's REST API: signed in, bounded in time, sent once, failures told apart.

A request that changes something is never repeated here: whoever asked decides, knowing whether it may have happened.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal

import httpx

from callout.adapters.twilio.refusals import failure_of
from callout.features.calling.ports import ProviderFailed, TooSlow, Unavailable

VERSION = "/2010-04-01"
LARGEST = 8 * 1024 * 1024
PAGES = 50
Field = str | Sequence[str]
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class TwilioRequests:
    """Speaks to one account.

    Args:
        client: makes the requests.
        account_sid: whose account.
        auth_token: its secret.
        base_url: the server, without a trailing slash.
        timeout_s: seconds for one answer.
    """

    def __init__(
        self, client: httpx.AsyncClient, *, account_sid: str, auth_token: str, base_url: str, timeout_s: float
    ) -> None:
        self._client = client
        self._token = auth_token
        self._auth = httpx.BasicAuth(account_sid, auth_token)
        self._base_url = base_url.rstrip("/")
        self._account = f"{VERSION}/Accounts/{account_sid}"
        self._limit_s = timeout_s
        self._timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0))

    async def get(self, path: str, asked: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The resource at a path under the account.

        Raises:
            ProviderFailed: as its subclasses say.
        """
        return await self._send("GET", f"{self._account}{path}", params=dict(asked or {}))

    async def post(self, path: str, fields: Mapping[str, Field | None]) -> dict[str, Any]:
        """The resource as it stands after a change; fields that are None are left out.

        Raises:
            ProviderFailed: as its subclasses say, `may_have_happened` where the answer is not known.
        """
        given = {
            name: value if isinstance(value, str) else list(value)
            for name, value in fields.items()
            if value is not None
        }
        return await self._send("POST", f"{self._account}{path}", data=given)

    async def delete(self, path: str) -> None:
        """Takes a resource away.

        Raises:
            ProviderFailed: as its subclasses say.
        """
        await self._send("DELETE", f"{self._account}{path}")

    async def pages(self, path: str, member: str, asked: Mapping[str, str]) -> AsyncIterator[list[dict[str, Any]]]:
        """The pages of a list, one after the other.

        Raises:
            ProviderFailed: as its subclasses say.
        """
        page = await self.get(path, asked)
        for _ in range(PAGES):
            found = page.get(member)
            if not isinstance(found, list):
                raise Unavailable("Twilio gave an answer that is no list.")
            yield [each for each in found if isinstance(each, dict)]
            following = page.get("next_page_uri")
            if not isinstance(following, str) or not following.startswith("/"):
                return
            page = await self._send("GET", following)

    async def stream(self, path: str, asked: Mapping[str, str]) -> AsyncIterator[bytes]:
        """The bytes of a file in parts.

        Raises:
            ProviderFailed: as its subclasses say, also midway.
        """
        url = f"{self._base_url}{self._account}{path}"
        try:
            async with self._client.stream(
                "GET", url, params=dict(asked), auth=self._auth, timeout=self._timeout, follow_redirects=True
            ) as answer:
                if answer.status_code != 200:
                    raise self._failure(answer, await answer.aread(), changes=False)
                async for part in answer.aiter_bytes():
                    yield part
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failed = _trouble(error, changes=False)
        else:
            return
        raise failed

    async def _send(self, method: Literal["GET", "POST", "DELETE"], path: str, **given: Any) -> dict[str, Any]:
        changes = method != "GET"
        failed: ProviderFailed | None = None
        try:
            async with asyncio.timeout(self._limit_s):
                answer = await self._client.request(
                    method, f"{self._base_url}{path}", auth=self._auth, timeout=self._timeout, **given
                )
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            failed = _trouble(error, changes=changes)
        if failed is not None:  # raised here, so that no error that holds the request is chained to it
            raise failed
        if not answer.is_success:
            raise self._failure(answer, answer.content, changes=changes)
        if answer.status_code == 204:
            return {}
        told = _members(answer.content)
        if told is None:
            raise Unavailable("Twilio gave an answer that cannot be read.", may_have_happened=changes)
        return told

    def _failure(self, answer: httpx.Response, body: bytes, *, changes: bool) -> ProviderFailed:
        told = _members(body) or {}
        code = told.get("code")
        words = told.get("message")
        return failure_of(
            answer.status_code,
            code if isinstance(code, int) else None,
            words if isinstance(words, str) else answer.reason_phrase,
            token=self._token,
            headers=answer.headers,
            changes=changes,
        )


def _members(body: bytes) -> dict[str, Any] | None:
    if len(body) > LARGEST:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _trouble(error: httpx.HTTPError | httpx.InvalidURL | TimeoutError, *, changes: bool) -> ProviderFailed:
    may_have_happened = changes and not isinstance(error, (*_NEVER_SENT, httpx.InvalidURL))
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return TooSlow("Twilio did not answer in time.", may_have_happened=may_have_happened)
    kind = type(error).__name__
    return Unavailable(f"Twilio cannot be reached ({kind}).", may_have_happened=may_have_happened)
