"""What calling needs from outside: voices and speech, telephony, and who provides them for a tenant.

Failures are alike for all of them and named by what must be done: `KeyRefused` and `QuotaSpent` need a person,
`RequestRefused` another request, `RateLimited` and `Unavailable` only time. `NotThere` says that the provider no longer
has what is named.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec

from callout.kit.db.work import Work

Mode = Literal["live", "sandbox"]


class ProviderFailed(Exception):  # noqa: N818 - subclasses say what failed
    """A request that brought nothing; neither the message nor the remedy holds a credential.

    Attributes:
        code: stays the same over releases; stored with what failed.
        remedy: tells a person what to do.
        is_final: asking again changes nothing until a person did something.
        may_have_happened: the request was sent and its outcome is unknown (time-out, connection lost).
        retry_after_s: how long the provider wants to be left alone.
        detail: the provider's own error code, such as Twilio's 21211.
    """

    code = "provider_failed"
    remedy = ""
    is_final = False

    def __init__(
        self,
        message: str,
        *,
        detail: str | None = None,
        retry_after_s: float | None = None,
        may_have_happened: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.may_have_happened = may_have_happened


class KeyRefused(ProviderFailed):
    """The provider does not take the credentials."""

    code = "key_refused"
    remedy = "Check the key under Settings, Providers."
    is_final = True


class QuotaSpent(ProviderFailed):
    """Characters, voices or money of the account are used up."""

    code = "quota_spent"
    remedy = "Raise the quota at the provider or wait for it to renew."
    is_final = True


class RequestRefused(ProviderFailed):
    """The provider does not take this request; another one may succeed."""

    code = "request_refused"
    is_final = True


class NotThere(ProviderFailed):
    """The provider does not have what is named (any more)."""

    code = "not_there"
    is_final = True


class RateLimited(ProviderFailed):
    """Too many requests at once; later ones succeed."""

    code = "rate_limited"


class Unavailable(ProviderFailed):
    """The provider is down, too slow or answers nonsense; later requests may succeed."""

    code = "provider_unavailable"


class TooSlow(Unavailable):
    """No complete answer in time."""

    code = "provider_timeout"


# Voices


class ProviderVoice(msgspec.Struct, frozen=True, kw_only=True):
    """A voice as the provider has it.

    Attributes:
        category: the provider's word, such as premade, cloned, professional, generated.
        is_own_clone: made from samples in this account; only voices that are not are offered to everybody.
        labels: gender, age, accent, use_case … as the provider describes it.
        language: BCP 47, where the provider tells.
        verified_languages: BCP 47 tags the voice is known to speak well.
        preview_url: a public sample.
        status: training while the provider still works on it.
        progress_pct: of the training, 0..100, where the provider tells.
        quality: 0..1 where the provider tells.
        failure: what went wrong with the training.
        model: the model a clone was made for, where the provider tells.
    """

    external_id: str
    name: str
    category: str
    description: str | None = None
    is_own_clone: bool = False
    labels: Mapping[str, str] = {}
    language: str | None = None
    verified_languages: tuple[str, ...] = ()
    preview_url: str | None = None
    status: Literal["ready", "training", "failed"] = "ready"
    progress_pct: int | None = None
    quality: float | None = None
    failure: str | None = None
    model: str | None = None


class VoiceSample(msgspec.Struct, frozen=True, kw_only=True):
    """One recording of the speaker. `content_type` is what the bytes are, such as audio/wav."""

    filename: str
    content_type: str
    audio: bytes


class VoiceProvider(Protocol):
    """Voices of one account. Made by the composition root; safe for concurrent use.

    Attributes:
        provider: as in the provider configuration, such as elevenlabs.
    """

    provider: str

    async def stock_voices(self) -> list[ProviderVoice]:
        """All voices the account may use, its own clones included (`is_own_clone`).

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def clone(
        self,
        name: str,
        samples: Sequence[VoiceSample],
        *,
        marker: str,
        description: str | None = None,
        labels: Mapping[str, str] | None = None,
        remove_noise: bool = False,
    ) -> ProviderVoice:
        """Makes a voice of samples. Sent once and never repeated by the adapter: nothing protects from a second voice.

        Args:
            name: shown in the provider's console.
            samples: one to five recordings.
            marker: at most 80 characters [a-zA-Z0-9_.-]; kept with the voice so that `find_clone` finds it again.
            description: shown in the provider's console.
            labels: gender, age, accent …
            remove_noise: let the provider clean the samples.

        Raises:
            QuotaSpent: the account has no room for another voice.
            RequestRefused: the samples are not accepted.
            ProviderFailed: as its subclasses say; with `may_have_happened` ask `find_clone` before trying again.
        """

    async def find_clone(self, marker: str) -> ProviderVoice | None:
        """The voice made with this marker; None when there is none. Answers truthfully right after `clone` returned.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def voice(self, external_id: str) -> ProviderVoice | None:
        """One voice with its training, quality and languages; None when the provider does not have it.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def delete(self, external_id: str) -> bool:
        """Deletes a voice; False when it was not there.

        Raises:
            ProviderFailed: as its subclasses say.
        """


# Speech

SpeechFormat = Literal["mp3", "wav", "ulaw_8000", "pcm_8000", "pcm_16000", "pcm_24000"]
"""mp3 44.1 kHz, wav 16-bit PCM mono 24 kHz or better, μ-law 8 kHz (ITU-T G.711) and raw 16-bit little-endian PCM."""


class SpeechModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that speaks. `languages` are BCP 47; `char_limit` is the most characters of one request."""

    id: str
    name: str
    languages: tuple[str, ...] = ()
    char_limit: int | None = None
    description: str | None = None


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """What to say and how.

    Attributes:
        voice: the provider's id of the voice.
        model: such as eleven_flash_v2_5.
        language: BCP 47; None lets the provider tell by the text.
        stability, similarity_boost, style: 0..1.
        speed: 1.0 is the voice's own.
        seed: makes repeated synthesis alike where the provider can.
    """

    text: str
    voice: str
    model: str = "eleven_flash_v2_5"
    format: SpeechFormat = "mp3"
    language: str | None = None
    stability: float = 0.5
    similarity_boost: float = 0.75
    style: float = 0.0
    use_speaker_boost: bool = True
    speed: float = 1.0
    seed: int | None = None


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """Spoken text.

    Attributes:
        audio: in the format asked for.
        characters: what the provider bills.
        request_id: the provider's own, for support.
    """

    audio: bytes
    format: SpeechFormat
    characters: int
    request_id: str | None = None


class SpeechSynthesis(Protocol):
    """Turns text into speech, with one key. Safe for concurrent use.

    Attributes:
        provider: such as elevenlabs.
    """

    provider: str

    async def speak(self, utterance: Utterance) -> Speech:
        """All of it at once.

        Raises:
            NotThere: no such voice.
            RequestRefused: the text or a setting is not accepted.
            ProviderFailed: as its subclasses say.
        """

    def stream(self, utterance: Utterance) -> AsyncIterator[bytes]:
        """The audio in parts as it is made, without a container but for mp3; raises like `speak`, also midway."""

    async def models(self) -> list[SpeechModel]:
        """The models this key may use.

        Raises:
            ProviderFailed: as its subclasses say.
        """


# Telephony

CallStatus = Literal[
    "pending", "dialing", "ringing", "in_progress", "completed", "failed", "no_answer", "busy", "cancelled"
]
AnsweredBy = Literal["human", "machine", "fax", "unknown"]


class Stream(msgspec.Struct, frozen=True, kw_only=True, tag="stream"):
    """Connect the call's audio, both ways, to a WebSocket of ours.

    Attributes:
        url: wss:// without a query, which the provider drops.
        parameters: come with the first message; names and values of at most 500 characters together.
        status_url: told when the stream starts, stops or fails.
    """

    url: str
    parameters: Mapping[str, str] = {}
    status_url: str | None = None


class Conference(msgspec.Struct, frozen=True, kw_only=True, tag="conference"):
    """Put the call into a named conference.

    Attributes:
        starts: the conference begins when this party enters.
        ends: it ends when this party leaves.
        is_muted: this party is heard by nobody.
        coaches: external id of the only call that hears this party (whisper).
    """

    name: str
    starts: bool = True
    ends: bool = True
    is_muted: bool = False
    coaches: str | None = None


class Forward(msgspec.Struct, frozen=True, kw_only=True, tag="forward"):
    """Connect the other side to another number; ours hangs up when that call ends."""

    to: str
    caller_id: str | None = None
    ring_timeout_s: int = 30


class Speak(msgspec.Struct, frozen=True, kw_only=True, tag="speak"):
    """Say a sentence with the carrier's own voice, then hang up: for when nothing of ours can speak."""

    text: str
    language: str = "en-US"


class HangUp(msgspec.Struct, frozen=True, kw_only=True, tag="hang_up"):
    """End the call; `is_rejected` refuses an inbound call before it is answered."""

    is_rejected: bool = False


Instruction = Stream | Conference | Forward | Speak | HangUp


class OutgoingCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call to be made.

    Attributes:
        to, from_number: E.164.
        instruction: what happens when it is answered.
        status_url: told about initiated, ringing, answered and completed.
        amd_url: told who answered (asynchronous detection, the call goes on meanwhile); None switches it off.
        wants_message_end: the detection waits for the end of a machine's greeting, so that a message can be left.
        ring_timeout_s: 10..60.
        time_limit_s: the provider ends the call after this, whatever we do.
        recording_url: records from the answer and tells here when the recording is ready; None does not record.
    """

    to: str
    from_number: str
    instruction: Instruction
    status_url: str
    amd_url: str | None = None
    wants_message_end: bool = False
    ring_timeout_s: int = 30
    time_limit_s: int = 3600
    recording_url: str | None = None


class ProviderCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call as the provider has it.

    Attributes:
        raw_status: the provider's own word.
        duration_s: answered to ended.
        cost: in `currency`, where it is known already.
    """

    external_id: str
    status: CallStatus
    raw_status: str
    to: str
    from_number: str
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: int | None = None
    answered_by: AnsweredBy | None = None
    cost: Decimal | None = None
    currency: str | None = None


class ProviderNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the account. `capabilities` are of voice, sms, whatsapp."""

    external_id: str
    phone: str
    label: str | None = None
    capabilities: tuple[str, ...] = ("voice",)
    voice_url: str | None = None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording at the provider.

    Attributes:
        call_id: external id of the call.
        status: the provider's own word; there is audio to fetch when it is completed.
        channels: 2 has each side on its own.
    """

    external_id: str
    call_id: str
    status: str
    duration_s: int | None = None
    channels: int = 1
    started_at: datetime | None = None


class Telephony(Protocol):
    """Phone calls of one account. Made by the composition root; safe for concurrent use.

    Attributes:
        provider: twilio.
        calls_per_second: new calls the account may start in a second (Twilio's default is 1).
    """

    provider: str
    calls_per_second: float

    async def create_call(self, call: OutgoingCall) -> ProviderCall:
        """Starts a call. Sent once and never repeated by the adapter: nothing protects from dialling twice.

        Raises:
            RequestRefused: the number or a setting is not accepted; `detail` is the provider's error code.
            ProviderFailed: as its subclasses say; with `may_have_happened` ask `calls_to` before dialling again.
        """

    async def call(self, external_id: str) -> ProviderCall | None:
        """How a call stands; None when the provider does not have it.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def calls_to(self, phone: str, *, since: datetime, from_number: str | None = None) -> list[ProviderCall]:
        """Calls to a number created at or after a moment, newest first.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def end_call(self, external_id: str) -> ProviderCall | None:
        """Hangs up, or cancels a call that is not answered yet; a call that is over stays as it is.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def redirect(self, external_id: str, instruction: Instruction) -> ProviderCall:
        """Has a live call do something else.

        Raises:
            NotThere: no such call.
            RequestRefused: it is not in progress.
            ProviderFailed: as its subclasses say.
        """

    async def dial_into(
        self, conference: Conference, *, to: str, from_number: str, status_url: str, ring_timeout_s: int = 30
    ) -> ProviderCall:
        """Calls somebody into a conference, which begins with the first party. Sent once, like `create_call`.

        Take-over is this for the operator, and `redirect` into the same conference for the live call.

        Raises:
            RequestRefused: the number or a setting is not accepted.
            ProviderFailed: as its subclasses say; with `may_have_happened` ask `calls_to` before dialling again.
        """

    async def start_recording(self, external_id: str, recording_url: str) -> Recording:
        """Records a live call from now on, each side on its own channel.

        Raises:
            NotThere: no such call.
            RequestRefused: it is not in progress.
            ProviderFailed: as its subclasses say.
        """

    async def stop_recording(self, external_id: str, recording_id: str) -> bool:
        """Ends a recording of a live call; False when it was over or never there.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def recordings_of(self, external_id: str) -> list[Recording]:
        """The recordings of a call, newest first.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    def recording(self, recording_id: str, *, format: Literal["mp3", "wav"] = "mp3") -> AsyncIterator[bytes]:  # noqa: A002
        """The recorded audio in parts; raises like the others, also midway."""

    async def delete_recording(self, recording_id: str) -> bool:
        """Deletes a recording at the provider; False when it was not there.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def numbers(self) -> list[ProviderNumber]:
        """The account's numbers.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def answer_number(self, external_id: str, *, voice_url: str, status_url: str | None = None) -> ProviderNumber:
        """Has calls to a number ask us what to do.

        Raises:
            NotThere: the account does not have it.
            ProviderFailed: as its subclasses say.
        """


class CallReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of a call, in any order and any number of times.

    Attributes:
        status: what became of it, of a status report.
        at: when it happened, aware UTC; None where the report does not tell.
        sequence: grows with the statuses of one call.
        duration_s: answered to ended.
        answered_by: who answered, as far as detected.
        is_message_end: a machine's greeting is over, a message may be left.
        error_code: the provider's own, of a call that failed.
    """

    external_id: str
    status: CallStatus | None = None
    at: datetime | None = None
    sequence: int | None = None
    duration_s: int | None = None
    answered_by: AnsweredBy | None = None
    is_message_end: bool = False
    error_code: str | None = None
    error_detail: str | None = None


class IncomingCall(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody calls a number of ours and the provider asks what to do. Numbers E.164; `from_number` "" is withheld."""

    external_id: str
    from_number: str
    to: str


ReportKind = Literal["status", "amd", "recording", "stream", "inbound"]
Report = CallReport | Recording | IncomingCall


class TelephonyReports(Protocol):
    """Reads the webhooks of one provider to one tenant."""

    def is_genuine(self, target: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the provider sent this, by its signature, in constant time.

        Args:
            target: path and query as they arrived.
            headers: names in lower case.
            body: the bytes as received.
        """

    def read(self, kind: ReportKind, body: bytes, now: datetime) -> Report | None:
        """What a webhook tells; None when nothing follows from it, or it makes no sense.

        Args:
            kind: what the address was given for.
            body: the bytes as received.
            now: aware UTC; a time in the report that lies ahead of it is not believed.
        """

    def answer(self, instruction: Instruction) -> tuple[str, bytes]:
        """What to answer a webhook that asks what to do: (content type, body)."""


# Who provides it for a tenant

AdapterT_co = TypeVar("AdapterT_co", covariant=True)


class Chosen(msgspec.Struct, Generic[AdapterT_co], frozen=True):
    """An adapter with whether it is real.

    Attributes:
        key_id: tells keys apart without telling them; requests are paced and answers cached by it.
        options: settings of the provider that are no secrets, such as from_number.
    """

    adapter: AdapterT_co
    mode: Mode
    key_id: str
    options: Mapping[str, Any] = {}


class VoiceAccess(Protocol):
    """Who clones and speaks for a tenant: its own key, the installation's, or a simulator where that is allowed."""

    async def voices_of(self, work: Work) -> Chosen[VoiceProvider] | None:
        """None when there is no key and no simulator may stand in."""

    async def speech_of(self, work: Work) -> Chosen[SpeechSynthesis] | None:
        """None when there is no key and no simulator may stand in."""


class TelephonyAccess(Protocol):
    """Who carries a tenant's calls, and reports on them."""

    async def telephony_of(self, work: Work) -> Chosen[Telephony] | None:
        """None when there is no key and no simulator may stand in."""

    async def reports_of(self, work: Work, provider: str) -> TelephonyReports | None:
        """What reads a provider's webhooks to this tenant; None when there is nothing to check them by."""
