"""The life of simulated calls: queued, rung, answered, doing what TwiML says, ended; each step told by webhook."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import httpx

from callout.kit.observe.logs import logger
from callout.sandbox.twilio_behaviour import UNREACHED, detection_of
from callout.sandbox.twilio_callee import Callee
from callout.sandbox.twilio_exchange import Exchange, Form, Line, Participant, Room, Tape, new_sid
from callout.sandbox.twilio_stream import Connect, MediaStream, connect
from callout.sandbox.twilio_text import TextStream
from callout.sandbox.twilio_twiml import BadDocument, Verb, verbs_of
from callout.sandbox.twilio_webhooks import Pace, Post, status_fields, voice_fields

_log = logger(__name__)
_SILENT_CALL_S = 20.0
_SPOKEN_LETTER_S = 0.06


class Switch:
    """Carries the calls of all accounts on one event loop."""

    def __init__(self, client: httpx.AsyncClient, *, open_socket: Connect = connect) -> None:
        self.pace = Pace()
        self.post = Post(client, self.pace)
        self._open_socket = open_socket
        self._running: set[asyncio.Task[None]] = set()

    def place(self, exchange: Exchange, line: Line, *, joins: tuple[Room, Participant] | None = None) -> None:
        """Starts a call as soon as the account may."""
        self._start(self._outbound(exchange, line, joins))

    def receive(self, exchange: Exchange, line: Line, voice_url: str, status_url: str) -> None:
        """Has somebody call a number of the account."""
        self._start(self._inbound(exchange, line, voice_url, status_url))

    def record(self, exchange: Exchange, line: Line, asked: Form, source: str) -> Tape:
        """Begins a recording of a call in progress."""
        tape = Tape(new_sid("RE"), line.sid, _now(), source, asked)
        tape.channels = 2 if asked["RecordingChannels"] == "dual" else 1
        line.tapes.append(tape)
        exchange.keep(tape)
        return tape

    def finish_tape(self, exchange: Exchange, line: Line, tape: Tape) -> None:
        """Ends a recording and tells of it."""
        if tape.status != "in-progress":
            return
        line.tapes.remove(tape)
        sounded_s = len(tape.callee) / 8000
        tape.duration = round(sounded_s or (_now() - tape.started).total_seconds() * self.pace.speed)
        tape.status = "completed"
        path = f"/2010-04-01/Accounts/{line.account_sid}/Recordings/{tape.sid}"
        fields = {
            "AccountSid": line.account_sid,
            "CallSid": line.sid,
            "RecordingSid": tape.sid,
            "RecordingUrl": f"https://api.twilio.com{path}",
            "RecordingStatus": "completed",
            "RecordingDuration": str(tape.duration),
            "RecordingChannels": str(tape.channels),
            "RecordingStartTime": tape.started.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "RecordingSource": tape.source,
            "RecordingTrack": "both",
            "ErrorCode": "0",
        }
        if "completed" in (tape.callback.all("RecordingStatusCallbackEvent") or ["completed"]):
            self.post.tell(exchange, line, "recording", tape.callback["RecordingStatusCallback"], fields)

    async def close(self) -> None:
        """Ends everything at once, without a word."""
        tasks = set(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.post.close()

    def _start(self, life: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(life)
        self._running.add(task)
        task.add_done_callback(self._stopped)

    def _stopped(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("simulated_call_failed", exc_info=error)

    async def _outbound(self, exchange: Exchange, line: Line, joins: tuple[Room, Participant] | None) -> None:
        if await self._left_before_its_turn(exchange, line):
            self._end(exchange, line, "canceled")
            return
        line.status = "initiated"
        self._tell(exchange, line, "initiated")
        if not await self._ring(exchange, line):
            return
        self._answer(exchange, line)
        if joins is not None:
            await self._join(exchange, line, *joins)
        else:
            line.document = line.asked["Twiml"] or await self._fetch(exchange, line, line.asked["Url"])
        await self._talk(exchange, line)
        self._end(exchange, line, "completed")

    async def _inbound(self, exchange: Exchange, line: Line, voice_url: str, status_url: str) -> None:
        line.asked = Form([("StatusCallback", status_url)])
        line.status = "ringing"
        document = await self.post.ask(exchange, line, "inbound", voice_url, voice_fields(line))
        try:
            first = verbs_of(document or "")[:1]
        except BadDocument as error:
            line.notes.append(f"twiml 12100: {error}")
            first = []
        if not first or first[0].name == "Reject":
            self._end(exchange, line, "busy" if first else "failed")
            return
        self._answer(exchange, line)
        line.document = document
        await self._talk(exchange, line)
        self._end(exchange, line, "completed")

    async def _left_before_its_turn(self, exchange: Exchange, line: Line) -> bool:
        """Waits for the account's next call: more than the calls per second are queued."""
        now = asyncio.get_running_loop().time()
        at = max(now, exchange.next_slot)
        exchange.next_slot = at + 1 / (exchange.limits.calls_per_second * self.pace.speed)
        return await self._left(line, (at - now) * self.pace.speed)

    async def _ring(self, exchange: Exchange, line: Line) -> bool:
        """Whether somebody takes the call; else it is over."""
        behaviour = line.behaviour
        if await self._left(line, min(0.3, behaviour.after_s)):
            return self._end(exchange, line, "canceled")
        if behaviour.answers == "failed":
            return self._unreached(exchange, line)
        line.status = "ringing"
        self._tell(exchange, line, "ringing")
        limit_s = line.asked.number("Timeout", 60.0)
        rings_s = limit_s if behaviour.answers == "no_answer" else min(behaviour.after_s, limit_s)
        if await self._left(line, rings_s):
            return self._end(exchange, line, "canceled")
        if behaviour.answers in UNREACHED or behaviour.after_s > limit_s:
            return self._unreached(exchange, line)
        return True

    def _unreached(self, exchange: Exchange, line: Line) -> bool:
        status, line.sip = UNREACHED.get(line.behaviour.answers, UNREACHED["no_answer"])
        return self._end(exchange, line, status)

    def _answer(self, exchange: Exchange, line: Line) -> None:
        line.status, line.answered = "in-progress", _now()
        line.answered_at = asyncio.get_running_loop().time()
        self._tell(exchange, line, "answered")
        if line.asked.is_on("Record"):
            self.record(exchange, line, line.asked, "OutboundAPI")
        if line.asked["MachineDetection"] in {"Enable", "DetectMessageEnd"}:
            self._start(self._detect(exchange, line))
        limit_s = line.asked.number("TimeLimit", 14_400)
        self._start(self._limit(line, limit_s))

    async def _detect(self, exchange: Exchange, line: Line) -> None:
        waits = line.asked["MachineDetection"] == "DetectMessageEnd"
        word, after_s = detection_of(line.behaviour, waits_for_end=waits)
        if await self._left(line, after_s):
            return
        line.answered_by = word
        fields = {
            "CallSid": line.sid,
            "AccountSid": line.account_sid,
            "AnsweredBy": word,
            "MachineDetectionDuration": str(round(after_s * 1000)),
        }
        self.post.tell(exchange, line, "amd", line.asked["AsyncAmdStatusCallback"], fields)

    async def _limit(self, line: Line, limit_s: float) -> None:
        if not await self._left(line, limit_s):
            line.hang_up()

    async def _left(self, line: Line, seconds: float) -> bool:
        """Whether the call was over before these seconds of the simulation went by."""
        try:
            async with asyncio.timeout(seconds / self.pace.speed):
                await line.is_over.wait()
        except TimeoutError:
            return False
        return True

    async def _talk(self, exchange: Exchange, line: Line) -> None:
        """Does what the documents say, one after the other, until there is nothing more or the call is over."""
        while line.document is not None and not line.is_over.is_set():
            line.changed.clear()
            document, line.document = line.document, None
            try:
                verbs = verbs_of(document)
            except BadDocument as error:
                line.notes.append(f"twiml 12100: {error}")
                return
            for verb in verbs:
                await self._perform(exchange, line, verb)
                if line.changed.is_set():
                    break

    async def _perform(self, exchange: Exchange, line: Line, verb: Verb) -> None:
        match verb.name:
            case "Connect" if (stream := verb.noun("Stream")) is not None:
                await self._stream(exchange, line, stream)
            case "Dial" if (noun := verb.noun("Conference")) is not None:
                room = exchange.open_room(noun.text, _now())
                await self._join(exchange, line, room, _party(line, noun.given))
            case "Dial":
                number = verb.noun("Number")
                await self._forward(exchange, line, number.text if number else verb.text, verb.given)
            case "Say":
                line.said.append({"speaker": "carrier", "text": verb.text, "at_s": self._since(line)})
                await self._changed(line, len(verb.text) * _SPOKEN_LETTER_S)
            case "Pause":
                await self._changed(line, float(verb.given.get("length", "1")))
            case "Redirect":
                line.redirect(await self._fetch(exchange, line, verb.text) or "<Response/>")
            case "Hangup" | "Reject":
                line.hang_up()
            case _:
                line.notes.append(f"twiml 12200: {verb.name} is not simulated")

    async def _stream(self, exchange: Exchange, line: Line, stream: Verb) -> None:
        behaviour = line.behaviour
        if behaviour.media == "none":
            await self._changed(line, behaviour.hangs_up_after_s or _SILENT_CALL_S)
            if not line.changed.is_set():
                line.hang_up()
            return
        callee = Callee(behaviour, voice=exchange.voice)
        line.said = callee.said
        media: MediaStream | TextStream = MediaStream(line, callee, self.pace, self._open_socket)
        if behaviour.media == "text":
            line.said, media = [], TextStream(line, self.pace, self._open_socket)
        parameters = {
            noun.given.get("name", ""): noun.given.get("value", "") for noun in stream.nouns if noun.name == "Parameter"
        }

        def tell(event: str, error: str = "") -> None:
            fields = {
                "AccountSid": line.account_sid,
                "CallSid": line.sid,
                "StreamSid": media.sid,
                "StreamName": stream.given.get("name", media.sid),
                "StreamEvent": event,
                "Timestamp": _now().isoformat(),
            } | ({"StreamError": error} if error else {})
            self.post.tell(exchange, line, "stream", stream.given.get("statusCallback", ""), fields)

        end = await media.run(stream.given.get("url", ""), parameters, lambda: tell("stream-started"))
        callee.finish()
        if end == "refused":
            tell("stream-error", line.notes[-1])
        else:
            tell("stream-stopped")
        if end == "hung_up" and not line.changed.is_set():
            line.hang_up()

    async def _forward(self, exchange: Exchange, line: Line, number: str, given: dict[str, str]) -> None:
        child = self._child(exchange, line, number, Form([("Timeout", given.get("timeout", "30"))]))
        child.from_number = given.get("callerId", line.from_number if line.direction == "inbound" else line.to)
        self._start(self._second_leg(exchange, child))
        ended, left = asyncio.create_task(child.is_done.wait()), asyncio.create_task(line.changed.wait())
        await asyncio.wait({ended, left}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        left.cancel()
        child.hang_up()

    async def _second_leg(self, exchange: Exchange, line: Line) -> None:
        line.status = "initiated"
        if await self._ring(exchange, line):
            self._answer(exchange, line)
            seconds = line.behaviour.hangs_up_after_s or _SILENT_CALL_S
            await self._left(line, seconds)
            self._end(exchange, line, "completed")

    def _child(self, exchange: Exchange, line: Line, number: str, asked: Form) -> Line:
        child = Line(
            sid=new_sid("CA"),
            account_sid=line.account_sid,
            to=number,
            from_number=line.to,
            created=_now(),
            behaviour=exchange.behaviour(number),
            asked=asked,
            direction="outbound-dial",
            parent_sid=line.sid,
        )
        exchange.add(child)
        return child

    async def _join(self, exchange: Exchange, line: Line, room: Room, party: Participant) -> None:
        """Stays in a conference until it is over, or the call is, or shall do something else."""
        room.participants[line.sid] = party
        if party.starts and room.status == "init":
            room.status = "in-progress"
        seconds = line.behaviour.hangs_up_after_s
        over = asyncio.create_task(room.is_over.wait())
        changed = asyncio.create_task(line.changed.wait())
        waiting: set[asyncio.Task[Any]] = {over, changed}
        if seconds is not None:
            waiting.add(asyncio.create_task(self.pace.sleep(seconds)))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            room.participants.pop(line.sid, None)
            if party.ends or not room.participants:
                room.status = "completed"
                room.is_over.set()

    async def _changed(self, line: Line, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds / self.pace.speed):
                await line.changed.wait()
        except TimeoutError:
            return

    async def _fetch(self, exchange: Exchange, line: Line, url: str) -> str | None:
        return await self.post.ask(exchange, line, "answer", url, voice_fields(line)) if url else None

    def _since(self, line: Line) -> float:
        return round((asyncio.get_running_loop().time() - line.answered_at) * self.pace.speed, 2)

    def _tell(self, exchange: Exchange, line: Line, event: str) -> None:
        fields = status_fields(line)
        if event in (line.asked.all("StatusCallbackEvent") or ["completed"]):
            self.post.tell(exchange, line, "status", line.asked["StatusCallback"], fields)

    def _end(self, exchange: Exchange, line: Line, status: str) -> bool:
        """Ends a call, once; always False, for calls that nobody took."""
        if line.is_ended:
            return False
        line.status, line.ended = status, _now()
        line.duration = round(self._since(line)) if line.answered else 0
        line.sip = line.sip or (200 if line.answered else 487)
        line.hang_up()
        line.is_done.set()
        for tape in list(line.tapes):
            self.finish_tape(exchange, line, tape)
        self._tell(exchange, line, "completed")
        return False


def _party(line: Line, given: dict[str, str]) -> Participant:
    return Participant(
        line.sid,
        label=given.get("participantLabel"),
        is_muted=given.get("muted") == "true",
        coaches=given.get("coach"),
        starts=given.get("startConferenceOnEnter", "true") == "true",
        ends=given.get("endConferenceOnExit") == "true",
    )


def _now() -> datetime:
    return datetime.now(UTC)
