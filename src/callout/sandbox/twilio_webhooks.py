"""Webhooks of the simulated Twilio: signed as the real ones, and late, doubled, out of order or lost on demand."""

import asyncio
import base64
import hashlib
import hmac
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from callout.sandbox.twilio_exchange import Exchange, Line, new_sid
from callout.sandbox.twilio_numbers import country_of
from callout.sandbox.twilio_shapes import VERSION, rfc2822

_FORM = "application/x-www-form-urlencoded"
_PLACE = ("City", "State", "Zip", "Country")


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """What stands in `X-Twilio-Signature`: HMAC-SHA1 of the address and the fields by name, base64."""
    text = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class Pace:
    """How fast time goes by: of rings and talks, and of the audio."""

    def __init__(self) -> None:
        self.speed = 1.0
        self.media_speed = 1.0

    async def sleep(self, seconds: float) -> None:
        """Lets seconds of the simulation go by."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)


class Post:
    """Sends webhooks."""

    def __init__(self, client: httpx.AsyncClient, pace: Pace) -> None:
        self._client = client
        self._pace = pace
        self._under_way: set[asyncio.Task[Any]] = set()
        self._dice = random.Random(0)

    async def ask(self, exchange: Exchange, line: Line, kind: str, url: str, fields: Mapping[str, str]) -> str | None:
        """Sends a webhook whose answer matters, such as one that asks for TwiML; None when there is no good one."""
        answer = await self._send(exchange, line, kind, url, fields)
        return answer.text if answer is not None and answer.is_success else None

    def tell(self, exchange: Exchange, line: Line, kind: str, url: str, fields: Mapping[str, str]) -> None:
        """Sends a webhook by and by, in the order in which they are told unless arranged otherwise."""
        limits = exchange.limits
        if not url or kind in limits.drop or line.behaviour.answers == "never_reports":
            return
        times = 2 if self._dice.random() < limits.duplicate else 1
        late_s = self._dice.uniform(0.5, 12.0) if self._dice.random() < limits.shuffle else 0.0
        for _ in range(times):
            task = asyncio.create_task(self._deliver(exchange, line, kind, (url, fields), late_s))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def settled(self) -> None:
        """Waits until everything told is sent."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def close(self) -> None:
        """Sends no more."""
        tasks = set(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(
        self, exchange: Exchange, line: Line, kind: str, message: tuple[str, Mapping[str, str]], late_s: float
    ) -> None:
        url, fields = message
        if late_s:
            await self._pace.sleep(late_s)
            await self._send(exchange, line, kind, url, fields)
            return
        async with line.mail:
            await self._pace.sleep(exchange.limits.delay_s)
            await self._send(exchange, line, kind, url, fields)

    async def _send(
        self, exchange: Exchange, line: Line, kind: str, url: str, fields: Mapping[str, str]
    ) -> httpx.Response | None:
        headers = {
            "Content-Type": f"{_FORM}; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature(exchange.token, url, fields),
            "I-Twilio-Idempotency-Token": new_sid("")[:32],
            "Accept": "*/*",
        }
        told: dict[str, Any] = {"kind": kind, "status": fields.get("CallStatus"), "answered": None}
        line.posts.append(told)
        try:
            answer = await self._client.post(url, data=dict(fields), headers=headers, timeout=15.0)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            told["error"] = type(error).__name__
            return None
        told["answered"] = answer.status_code
        return answer


def voice_fields(line: Line) -> dict[str, str]:
    """What every webhook about a call holds."""
    found = {
        "AccountSid": line.account_sid,
        "ApiVersion": VERSION,
        "CallSid": line.sid,
        "CallStatus": line.status,
        "Direction": line.direction,
        "From": line.from_number,
        "To": line.to,
        "Caller": line.from_number,
        "Called": line.to,
    }
    for side, phone in (("From", line.from_number), ("To", line.to), ("Caller", line.from_number), ("Called", line.to)):
        found |= {f"{side}{part}": country_of(phone) if part == "Country" else "" for part in _PLACE}
    if line.parent_sid:
        found["ParentCallSid"] = line.parent_sid
    return found


def status_fields(line: Line) -> dict[str, str]:
    """What a status callback holds; each has the next number of its call."""
    found = {
        **voice_fields(line),
        "Timestamp": str(rfc2822(datetime.now(UTC))),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(line.sequence),
    }
    line.sequence += 1
    if line.is_ended:
        seconds = line.duration or 0
        found |= {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60)), "SipResponseCode": str(line.sip)}
        if line.answered_by:
            found["AnsweredBy"] = line.answered_by
    return found
