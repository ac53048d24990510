"""People at running calls: they watch, listen, whisper, take over, transfer, end; from a browser, through the gateway."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from websockets.asyncio.client import ClientConnection, connect

from callout.run.embedded_postgres import EmbeddedPostgres
from callout.sandbox.browser_caller import BrowserCaller
from tests.system.business import Business, found_business
from tests.system.house import Client, House, eventually, whole_house

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

AGENTS = "/api/admin/calling-agents"
OFFICE, COLLEAGUE, PARTNER = "+13055550199", "+13055550177", "+13055550178"
AGENT = {
    "name": "Mia",
    "language": "en",
    "welcome_message": "Do you need cleaning?",
    "disclosure_line": "This is {agent_name}, an AI assistant of {business_name}.",
    "system_prompt": "Be brief.",
}
NUMBERS = "+121755501{}"
TUESDAY = 1
QUIET = {"lines": ["Hm.", "Well, let me think."], "patience_s": 90, "hangs_up_after_s": 120, "after_s": 0.2}
"""Somebody who listens."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder: Path = tmp_path_factory.mktemp("state")
    async with whole_house(postgres, folder, rate_limit_factor=1000, has_calls=True) as house:
        house.clock.advance(next_tuesday_afternoon(house.clock.now()) - house.clock.now())
        yield house


def next_tuesday_afternoon(now: datetime) -> datetime:
    """When calls to the numbers of these tests are allowed, whatever the day they run on."""
    return (now + timedelta(days=(TUESDAY - now.weekday()) % 7)).replace(hour=16, minute=0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(business: Business) -> "Desk":
    owner = business.owner
    voices = (await owner.read(f"{AGENTS}/voices", kind="stock"))["items"]
    await owner.made(f"{AGENTS}/numbers", {"phone": OFFICE, "label": "Office"})
    agent = await owner.made(AGENTS, {**AGENT, "voice_id": voices[0]["id"]})
    simulators = await business.house.client("sandbox")
    await simulators.done("/twilio/_sandbox/limits", {"calls_per_second": 50})
    return Desk(business, agent["id"], simulators)


class Desk:
    """An operator."""

    def __init__(self, business: Business, agent_id: str, simulators: Client) -> None:
        self.business, self.agent_id, self.simulators = business, agent_id, simulators
        self.owner, self._numbers = business.owner, (NUMBERS.format(last) for last in range(12, 60))

    async def calling(self, **behaviour: Any) -> dict[str, Any]:
        """A call that somebody has answered and whose agent is heard."""
        phone = next(self._numbers)
        await self.simulators.done("/twilio/_sandbox/callees", {phone: {**QUIET, **behaviour}})
        call = await self.owner.made(f"{AGENTS}/calls", {"agent_id": self.agent_id, "to_number": phone})

        async def spoken() -> Any:
            shown = await self.owner.read(f"{AGENTS}/calls/{call['id']}")
            return shown if shown["first_speech_at"] else None

        shown: dict[str, Any] = await eventually("the agent to be heard", spoken)
        return shown

    async def until(self, call: dict[str, Any], what: str, is_so: Any) -> dict[str, Any]:
        """The call once something is so."""

        async def look() -> Any:
            shown = await self.owner.read(f"{AGENTS}/calls/{call['id']}")
            return shown if is_so(shown) else None

        found: dict[str, Any] = await eventually(what, look)
        return found

    async def at_the_carrier(self, phone: str) -> dict[str, Any]:
        """The last call to a number as the simulated carrier saw it."""
        seen = await self.simulators.read("/twilio/_sandbox/calls", to=phone)
        found: dict[str, Any] = seen["items"][-1]
        return found

    async def heard(self, call: dict[str, Any]) -> str:
        """What the customer has heard so far."""
        line = await self.at_the_carrier(call["to_number"])
        return " ".join(one["text"] for one in line["said"] if one["speaker"] == "agent")

    async def ticket(self, audience: str, call: dict[str, Any], by: Client | None = None) -> str:
        body = {"audience": audience, "noun_id": call["id"]}
        return str((await (by or self.owner).done("/api/shared/auth/ticket", body))["ticket"])

    @asynccontextmanager
    async def watching(
        self, call: dict[str, Any], by: Client | None = None, at: str = "gateway"
    ) -> AsyncIterator["Monitor"]:
        """The monitor of a call."""
        base = self.business.house.urls[at].replace("http", "ws")
        ticket = await self.ticket("monitor", call, by)
        async with connect(f"{base}/api/voice/calls/{call['id']}/monitor?ticket={ticket}", proxy=None) as socket:
            monitor = Monitor(socket)
            try:
                await monitor.frame("call_status")
                yield monitor
            finally:
                monitor.reading.cancel()


class Monitor:
    """An operator's screen."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self.socket:
            self.frames.append(json.loads(message))

    async def frame(self, kind: str, words: str = "", **members: Any) -> dict[str, Any]:
        """The first frame of a kind with these members, and these words in its text, waited for."""

        async def look() -> Any:
            mine = (one for one in self.frames if one["type"] == kind and members.items() <= one.items())
            return next((one for one in mine if words in one.get("text", "")), None)

        try:
            found: dict[str, Any] = await eventually(f"{kind} {members}", look)
        except AssertionError as problem:
            raise AssertionError(f"{problem}; there are {self.frames}") from None
        return found

    async def ask(self, op: str, **members: Any) -> dict[str, Any]:
        """Asks for something and returns the answer."""
        mark = f"{op}-{len(self.frames)}"
        await self.socket.send(json.dumps({"op": op, "id": mark, **members}))

        async def answered() -> Any:
            return next((one for one in self.frames if one.get("id") == mark), None)

        answer: dict[str, Any] = await eventually(f"the answer to {op}", answered)
        return answer


async def whisper_and_end(desk: Desk) -> None:
    call = await desk.calling()
    async with desk.watching(call) as monitor:
        await monitor.frame("call_status", status="in_progress")
        await monitor.frame("transcription", speaker="agent")
        assert (await monitor.ask("ping"))["type"] == "pong"
        assert (await monitor.ask("whisper", text="Offer Tuesday."))["type"] == "ack"
        await monitor.frame("command", op="whisper", ok=True)
        assert (await monitor.ask("dance"))["code"] == "unknown_op"
        assert (await monitor.ask("say"))["type"] == "error"
        assert (await monitor.ask("end", reason="enough"))["type"] == "ack"
        await monitor.frame("call_status", status="completed", end_reason="operator")
        await monitor.socket.wait_closed()
        assert monitor.socket.close_code == 1000
    assert "Tuesday" not in await desk.heard(call)


async def say_and_mute(desk: Desk) -> None:
    call = await desk.calling()
    path = f"{AGENTS}/calls/{call['id']}"
    async with desk.watching(call, at="voice2") as monitor:
        await desk.owner.done(f"{path}/say", {"text": "One moment please."})
        await monitor.frame("command", op="say", ok=True)
        await monitor.frame("transcription", "One moment please.")
        assert (await desk.owner.done(f"{path}/mute"))["muted"]
        await monitor.frame("command", op="mute", ok=True)
        await desk.owner.done(f"{path}/say", {"text": "Nobody hears this."})
        await monitor.frame("transcription", "Nobody hears this.")
        await desk.owner.done(f"{path}/unmute")
        await monitor.frame("command", op="unmute", ok=True)
        await desk.owner.done(f"{path}/end")
        await monitor.frame("call_status", status="completed", end_reason="operator")
    heard = await desk.heard(call)
    assert "One moment please." in heard
    assert "Nobody" not in heard


async def take_over(desk: Desk) -> None:
    call = await desk.calling()
    await desk.simulators.done("/twilio/_sandbox/callees", {COLLEAGUE: {"after_s": 0.2, "hangs_up_after_s": 90}})
    async with desk.watching(call) as monitor:
        assert (await monitor.ask("take_over", to="call me"))["type"] == "error"
        assert (await monitor.ask("take_over", to=COLLEAGUE))["type"] == "ack"
        await monitor.frame("command", op="take_over", ok=True)

    async def joined() -> Any:
        line = await desk.at_the_carrier(COLLEAGUE)
        return line if line["status"] == "in-progress" else None

    colleague = await eventually("the colleague to join", joined)

    async def is_given_away() -> bool:
        live = {one["id"]: one["live"] for one in await desk.owner.read(f"{AGENTS}/calls/active")}
        return call["id"] in live and live[call["id"]] is None

    await eventually("the agent to let go", is_given_away)
    await desk.simulators.done("/twilio/_sandbox/hang_up", {"call_sid": colleague["sid"]})
    ended = await desk.until(call, "the end of the conference", lambda shown: shown["status"] == "completed")
    assert ended["end_reason"] == "transferred"


async def transfer(desk: Desk) -> None:
    call = await desk.calling()
    await desk.simulators.done("/twilio/_sandbox/callees", {PARTNER: {"after_s": 0.2, "hangs_up_after_s": 2}})
    async with desk.watching(call) as monitor:
        await desk.owner.done(f"{AGENTS}/calls/{call['id']}/transfer", {"to": PARTNER})
        await monitor.frame("command", op="transfer", ok=True)
    ended = await desk.until(call, "the end of the call", lambda shown: shown["status"] == "completed")
    assert ended["end_reason"] == "transferred"


async def listen(desk: Desk) -> None:
    call = await desk.calling(
        lines=["Yes I am still here and I have a lot to say about it."], patience_s=0.5, hangs_up_after_s=9
    )
    urls, path = desk.business.house.urls, f"/api/voice/calls/{call['id']}/listen"
    tickets = [await desk.ticket("monitor", call) for _ in range(2)]
    files = await asyncio.gather(
        *(
            listened(f"{urls[at]}{path}?ticket={ticket}")
            for at, ticket in zip(("gateway", "voice2"), tickets, strict=True)
        )
    )
    for file in files:
        samples, rate = soundfile.read(io.BytesIO(file))
        assert rate == 8000
        assert len(samples) > rate
        assert np.abs(samples).max() > 0.05
    audit = await desk.owner.read("/api/admin/audit", limit=50)
    assert json.dumps(audit).count("recording.listen") >= 2
    refused = await desk.owner.get(path.replace("/api/voice", urls["gateway"] + "/api/voice"))
    assert refused.status_code == 409


async def listened(url: str) -> bytes:
    """A live file to its end."""
    async with Client(timeout=40) as client:
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "audio/ogg"
        return answer.content


async def refuse_others(desk: Desk) -> None:
    call = await desk.calling(hangs_up_after_s=15)
    viewer = desk.business.members["viewer"]
    base = desk.business.house.urls["gateway"]
    async with desk.watching(call, by=viewer) as monitor:
        await monitor.frame("call_status")
        assert (await monitor.ask("end"))["code"] == "permission_denied"
        stats = await desk.owner.read(f"{base}/api/voice/stats")
    assert (stats["active"] > 0, stats["providers"]["tts"]["provider"]) == (True, "elevenlabs")
    path = f"{base}/api/voice/calls/{call['id']}/listen"
    assert (await viewer.get(path)).status_code == 403
    assert (await (await desk.business.house.client("admin")).get(path)).status_code == 401
    used = await desk.ticket("monitor", call)
    for code, ticket in ((None, used), (4401, used), (4401, "nonsense"), (4401, await desk.ticket("media", call))):
        socket = f"{base.replace('http', 'ws')}/ws/calls/{call['id']}?ticket={ticket}"
        async with connect(socket, proxy=None) as opened:
            if code is None:
                assert json.loads(await opened.recv())["type"] == "call_status"
            else:
                await asyncio.wait_for(opened.wait_closed(), 5)
                assert opened.close_code == code
    vendor = await desk.business.worker("Vera")
    stranger = await found_business(desk.business.house, "Other Home", "+13055550122")
    for code, somebody in ((4403, vendor.app), (4404, stranger.owner)):
        ticket = await desk.ticket("monitor", call, somebody)
        async with connect(f"{base.replace('http', 'ws')}/ws/calls/{call['id']}?ticket={ticket}", proxy=None) as opened:
            await asyncio.wait_for(opened.wait_closed(), 5)
            assert opened.close_code == code


async def talk_from_a_browser(desk: Desk) -> None:
    opened = await desk.owner.made(f"{AGENTS}/{desk.agent_id}/test-call", {"mode": "browser"})
    assert opened["media_url"].startswith(desk.business.house.urls["gateway"].replace("http", "ws"))
    caller = BrowserCaller(["Who is this?"])
    await caller.talk(f"{opened['media_url']}?ticket={opened['ticket']}")
    assert caller.close_code == 1000
    assert caller.heard.startswith("This is Mia, an AI assistant of Bright Home.")
    ended = await desk.until(
        opened["call"],
        "the end of the call",
        lambda shown: shown["status"] == "completed",
    )
    assert (ended["kind"], ended["provider"], ended["end_reason"]) == ("browser", "browser", "customer_hangup")
    again = BrowserCaller([])
    await again.talk(f"{opened['media_url']}?ticket={await desk.ticket('media', opened['call'])}")
    assert again.close_code == 4404


SCENES = (whisper_and_end, say_and_mute, take_over, transfer, listen, refuse_others, talk_from_a_browser)


async def test_people_watch_steer_hear_and_hold_calls(desk: Desk) -> None:
    scenes = {scene.__name__: asyncio.create_task(scene(desk)) for scene in SCENES}
    await asyncio.wait(scenes.values())
    for name, scene in scenes.items():
        if (problem := scene.exception()) is not None:
            problem.add_note(f"while it was tried to {name.replace('_', ' ')}")
    problems = [problem for scene in scenes.values() if (problem := scene.exception()) is not None]
    if problems:
        raise BaseExceptionGroup("running calls", problems)
