"""A patient client of the public endpoints: repeats what failed on the way, each write under one idempotency key."""

import asyncio
import ssl
import time
from functools import cache
from typing import Any
from uuid import uuid4

import httpx

from callout.run.errors import RunError

PATIENCE_S = 60.0
PAUSE_S = 0.25
_ON_THE_WAY = frozenset({429, 502, 503, 504})


class Refused(RunError):  # noqa: N818 - an answer, not a failure
    """The service answered with a problem; `status` and `code` say which."""

    def __init__(self, method: str, path: str, response: httpx.Response) -> None:
        try:
            body: dict[str, Any] = response.json()
        except ValueError:
            body = {}
        self.status = response.status_code
        self.code = str(body.get("code", ""))
        super().__init__(f"{method} {path}: {response.status_code} {body.get('detail') or response.text[:300]}")


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: every client would read all authorities again."""
    return httpx.create_ssl_context()


class Client:
    """Speaks as one principal."""

    def __init__(self, base_url: str, *, token: str | None = None, patience_s: float = PATIENCE_S) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=35, verify=_trusted())
        self._patience_s = patience_s
        self._credentials: dict[str, str] | None = None
        self.token = token

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def sign_in(self, email: str, password: str) -> dict[str, Any]:
        """Signs in; an expired token is renewed by signing in again."""
        self._credentials = {"email": email, "password": password}
        answer: dict[str, Any] = await self.post("/api/shared/auth/login", self._credentials)
        self.token = answer["access_token"]
        return answer

    async def get(self, path: str, **query: Any) -> Any:
        """The JSON of a GET."""
        return (await self.call("GET", path, params=query)).json()

    async def post(self, path: str, body: Any = None, **more: Any) -> Any:
        """The JSON of a POST, None without content."""
        response = await self.call("POST", path, json=body, **more)
        return response.json() if response.content else None

    async def put(self, path: str, body: Any, **headers: str) -> Any:
        """The JSON of a PUT."""
        return (await self.call("PUT", path, json=body, headers=headers)).json()

    async def upload(self, path: str, filename: str, data: bytes, **fields: str) -> Any:
        """Posts a file as multipart."""
        return (await self.call("POST", path, files={"file": (filename, data)}, data=fields)).json()

    async def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends a request until somebody answers it; writes carry the same Idempotency-Key every time.

        Raises:
            Refused: the answer is an error that repeating does not mend.
        """
        headers = dict(arguments.pop("headers", {}))
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid4())
        deadline = time.monotonic() + self._patience_s
        renewed = False
        while True:
            if self.token:
                headers["Authorization"] = f"Bearer {self.token}"
            try:
                response = await self._http.request(method, path, headers=headers, **arguments)
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise RunError(f"{method} {path}: nobody answers ({error})") from error
                await asyncio.sleep(PAUSE_S)
                continue
            if response.is_success:
                return response
            refusal = Refused(method, path, response)
            repeatable = refusal.status in _ON_THE_WAY or refusal.code == "request_in_progress"
            if repeatable and time.monotonic() < deadline:
                await asyncio.sleep(PAUSE_S)
            elif refusal.code == "token_expired" and self._credentials and not renewed:
                renewed, self.token = True, None
                await self.sign_in(**self._credentials)
            else:
                raise refusal
