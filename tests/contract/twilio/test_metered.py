"""Every request to the provider is counted, whatever comes of it."""

import inspect
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from tests.contract.twilio.conftest import FROM, HOOKS

from callout.features.calling.ports import Conference, HangUp, KeyRefused, NotThere, Telephony
from callout.run.metered_telephony import MeteredTelephony


class Meter:
    """Keeps what was counted."""

    def __init__(self):
        self.used, self.refused = [], 0

    @asynccontextmanager
    async def watched(self, operation, units=1):
        self.used.append(operation)
        try:
            yield None
        except KeyRefused:
            self.refused += 1
            raise


async def test_all_of_the_port_is_counted(arrange, telephony, a_call):
    await arrange("callees", {"default": {"answers": "busy"}})
    meter = Meter()
    metered = MeteredTelephony(telephony, meter)
    assert (metered.provider, metered.calls_per_second) == ("twilio", 1.0)
    made = await metered.create_call(a_call())
    await metered.call(made.external_id)
    await metered.calls_to(made.to, since=datetime.now(UTC) - timedelta(minutes=1))
    await metered.end_call(made.external_id)
    await metered.dial_into(Conference(name="x"), to="+13055550101", from_number=FROM, status_url=f"{HOOKS}/s")
    await metered.recordings_of(made.external_id)
    await metered.stop_recording(made.external_id, "RE1")
    await metered.delete_recording("RE1")
    (number,) = await metered.numbers()
    await metered.answer_number(number.external_id, voice_url=f"{HOOKS}/v")
    for ask in (metered.redirect("CA1", HangUp()), metered.start_recording("CA1", f"{HOOKS}/r")):
        with pytest.raises(NotThere):
            await ask
    with pytest.raises(NotThere):
        _ = [part async for part in metered.recording("RE1")]
    port = {name for name, _ in inspect.getmembers(Telephony, inspect.isfunction) if not name.startswith("_")}
    assert set(meter.used) == port
