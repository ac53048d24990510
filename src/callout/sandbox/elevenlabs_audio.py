"""Audio as the ElevenLabs simulator sends it: marked speech in the formats of the service. Pure.

In MP3 the marks would not survive, so the text is in a tag of the file (ID3v2.4, a frame TXXX).
"""

import io
import struct
import wave
from functools import lru_cache
from typing import Final

import msgspec
import numpy as np
import soundfile

from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.marked_speech import Word, say, ulaw_of, words_in

RATES: Final = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
_TAG = b"callout-text"


class Rendered(msgspec.Struct, frozen=True):
    """A spoken text in one format.

    Attributes:
        seconds: how long it sounds.
        bytes_per_s: of formats that can be cut anywhere; 0 of the others.
    """

    audio: bytes
    words: tuple[Word, ...]
    seconds: float
    media_type: str
    bytes_per_s: int = 0


@lru_cache(maxsize=256)
def render(text: str, output_format: str, *, voice: str = "", speed: float = 1.0) -> Rendered:
    """Speaks a text.

    Args:
        text: what to say.
        output_format: as the service names it, such as ulaw_8000, pcm_16000, wav_24000, mp3_44100_128.
        voice: decides the pitch.
        speed: 1.0 is the usual.

    Raises:
        Refused: there is no such format here.
    """
    kind, _, rest = output_format.partition("_")
    rate = int(rest.partition("_")[0]) if rest.partition("_")[0].isdigit() else 0
    if kind not in {"ulaw", "pcm", "wav", "mp3"} or rate not in RATES or (kind == "ulaw" and rate != 8_000):
        raise Refused.invalid((("query", "output_format"), "Input should be a supported output format", "enum"))
    said = say(text, rate=rate, voice=voice, speed=speed)
    seconds = len(said.pcm) / 2 / rate
    match kind:
        case "ulaw":
            return Rendered(ulaw_of(said.pcm), said.words, seconds, "audio/basic", rate)
        case "pcm":
            return Rendered(said.pcm, said.words, seconds, "audio/pcm", 2 * rate)
        case "wav":
            return Rendered(wav_of(said.pcm, rate), said.words, seconds, "audio/wav")
    return Rendered(_mp3(text, said.pcm, rate), said.words, seconds, "audio/mpeg")


def wav_of(pcm: bytes, rate: int) -> bytes:
    """A WAV file of 16-bit mono PCM."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return out.getvalue()


def channels_of(audio: bytes) -> tuple[list[bytes], int]:
    """The 16-bit PCM of each channel of a file, and its rate.

    Raises:
        Refused: it is no audio.
    """
    try:
        samples, rate = soundfile.read(io.BytesIO(audio), dtype="int16", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError):
        raise Refused(400, "invalid_audio", "The audio could not be decoded.") from None
    return [samples[:, channel].astype("<i2").tobytes() for channel in range(samples.shape[1])], int(rate)


def text_in(audio: bytes, pcm: bytes) -> str:
    """The words a file carries: in its tag, or in the marks of its sound; "" without any."""
    at = audio.find(_TAG + b"\x00", 0, 10_000) if audio.startswith(b"ID3") else -1
    if at < 0:
        return words_in(pcm)
    size = _number(audio[at - 11 + 4 : at - 11 + 8])
    return audio[at + len(_TAG) + 1 : at - 1 + size].decode("utf-8", "replace")


def _mp3(text: str, pcm: bytes, rate: int) -> bytes:
    out = io.BytesIO()
    samples = np.frombuffer(pcm, "<i2")
    if not len(samples):
        samples = np.zeros(rate // 20, "<i2")
    soundfile.write(out, samples, rate, format="MP3", subtype="MPEG_LAYER_III")
    body = b"\x03" + _TAG + b"\x00" + text.encode()
    frame = b"TXXX" + _synchsafe(len(body)) + b"\x00\x00" + body
    return b"ID3\x04\x00\x00" + _synchsafe(len(frame)) + frame + out.getvalue()


def _synchsafe(number: int) -> bytes:
    return struct.pack("4B", *(number >> shift & 0x7F for shift in (21, 14, 7, 0)))


def _number(synchsafe: bytes) -> int:
    number = 0
    for part in synchsafe:
        number = number << 7 | part & 0x7F
    return number
