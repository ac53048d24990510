"""A voice from the speaker's consent to its deletion at the provider: the product as it runs, the simulator speaking."""

import io
import json
from typing import Any

import soundfile

from callout.sandbox.elevenlabs_audio import text_in
from tests.system.business import Business
from tests.system.house import eventually
from tests.unit.calling.voices import sounds

VOICES = "/api/admin/calling-agents/voices"
CONSENT = {"speaker_name": "Olga Owner", "relation": "self", "statement": "I, Olga Owner, agree to this copy."}


async def at_the_provider(business: Business) -> list[str]:
    """The clones the provider has."""
    simulators = await business.house.client("sandbox")
    accounts = await simulators.read("/elevenlabs/_sandbox/accounts")
    return [voice for account in accounts.values() for voice in account["voices"]]


async def cloned(business: Business, name: str) -> Any:
    """Sends a sample and a recorded consent."""
    files = [
        ("files", ("s.wav", sounds.wav(30), "audio/wav")),
        ("consent_audio", ("statement.wav", sounds.wav(4), "audio/wav")),
    ]
    data = {"name": name, "language": "en", "consent": json.dumps(CONSENT)}
    return await business.owner.expect(201, "POST", f"{VOICES}/clone", data=data, files=files)


async def until(business: Business, voice: Any, status: str) -> Any:
    """The voice once it has a status."""

    async def look() -> Any:
        now = await business.owner.read(f"{VOICES}/{voice['id']}")
        assert now["status"] != "failed", now
        return now if now["status"] == status else None

    return await eventually(f"the voice to be {status}", look)


def words_of(audio: bytes) -> str:
    samples, _ = soundfile.read(io.BytesIO(audio), dtype="int16")
    return text_in(audio, samples.astype("<i2").tobytes())


async def heard(business: Business, url: str) -> str:
    """The words of a file."""
    answer = await business.owner.get(url)
    assert answer.status_code == 200, answer.text
    return words_of(answer.content)


async def test_a_voice_is_licensed_cloned_heard_and_deleted_at_the_provider(business: Business) -> None:
    before = await at_the_provider(business)
    ready = await until(business, await cloned(business, "Olga"), "ready")
    (copy,) = set(await at_the_provider(business)) - set(before)

    async def previewed() -> Any:
        return (await business.owner.read(f"{VOICES}/{ready['id']}"))["preview_file_id"]

    preview = await eventually("the preview", previewed)
    assert await heard(business, f"/api/shared/files/{preview}/content") == (
        f"Hello, this is how I sound when I call for {business.tenant['name']}. I am glad to hear from you."
    )
    said = await business.owner.done(f"{VOICES}/{ready['id']}/synthesize", {"text": "Good morning, Carla."})
    assert said["characters"] > 0
    assert await heard(business, said["url"]) == "Good morning, Carla."
    await business.owner.expect(204, "DELETE", f"{VOICES}/{ready['id']}")

    async def gone() -> bool:
        return copy not in await at_the_provider(business)

    await eventually("the copy to be deleted at the provider", gone)
    assert (await business.owner.get(f"{VOICES}/{ready['id']}")).status_code == 404


async def test_a_full_account_says_what_to_do(business: Business) -> None:
    simulators = await business.house.client("sandbox")
    await simulators.done("/elevenlabs/_sandbox/limits", {"voices": 0})
    voice = await cloned(business, "No room")

    async def failed() -> Any:
        now = await business.owner.read(f"{VOICES}/{voice['id']}")
        return now if now["status"] == "failed" else None

    told = json.dumps(await eventually("the voice to fail", failed))
    await simulators.done("/elevenlabs/_sandbox/limits", {"voices": 30})
    assert "Delete a voice at elevenlabs.io" in told


async def test_the_providers_voices_are_offered_with_their_languages(business: Business) -> None:
    stock = {voice["name"]: voice for voice in (await business.owner.read(VOICES, kind="stock", limit=100))["items"]}
    assert {"Rachel", "Clara", "Yuki"} <= stock.keys()
    sample = await (await business.house.client("sandbox")).get(stock["Rachel"]["preview_url"])
    assert words_of(sample.content) == "Hello, my name is Rachel."
