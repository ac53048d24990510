"""What Twilio refuses, what a person does about it, and that no key is shown."""

import pytest
from tests.contract.twilio.conftest import SID, SIMULATOR, until_status

from callout.adapters.twilio import TwilioTelephony
from callout.features.calling.ports import (
    KeyRefused,
    ProviderFailed,
    RateLimited,
    RequestRefused,
    Stream,
    Unavailable,
)


@pytest.mark.parametrize(
    ("to", "code", "advice"),
    [
        ("+15005550001", "21211", "Correct it"),
        ("12345", "21211", "Correct it"),
        ("+15005550002", "21214", "cannot be reached"),
        ("+15005550003", "21215", "Geo permissions"),
        ("+15005550004", "21216", "blocks"),
    ],
)
async def test_numbers_that_are_not_called(telephony, a_call, to, code, advice):
    with pytest.raises(RequestRefused) as caught:
        await telephony.create_call(a_call(to=to))
    assert caught.value.detail == code
    assert advice in caught.value.remedy
    assert caught.value.is_final
    assert not caught.value.may_have_happened


@pytest.mark.parametrize(("number", "code"), [("+15005550001", "21212"), ("+15005550007", "21210"), ("", "21213")])
async def test_numbers_nothing_is_called_from(telephony, a_call, number, code):
    with pytest.raises(RequestRefused) as caught:
        await telephony.create_call(a_call(from_number=number))
    assert caught.value.detail == code
    assert caught.value.remedy


async def test_numbers_of_others_and_of_a_trial(arrange, simulator, telephony, a_call):
    await arrange("limits", {"owned_only": True})
    with pytest.raises(RequestRefused) as caught:
        await telephony.create_call(a_call(from_number="+13055550111"))
    assert caught.value.detail == "21210"
    trial = TwilioTelephony(simulator, account_sid=SID, auth_token="trial-1", base_url=SIMULATOR)
    with pytest.raises(RequestRefused) as caught:
        await trial.create_call(a_call())
    assert caught.value.detail == "21219"


@pytest.mark.parametrize(
    ("token", "kind"), [("refused-0001", KeyRefused), ("limited-0001", RateLimited), ("stopped-0001", KeyRefused)]
)
async def test_keys(simulator, a_call, token, kind):
    telephony = TwilioTelephony(simulator, account_sid=SID, auth_token=token, base_url=SIMULATOR)
    for ask in (telephony.numbers(), telephony.create_call(a_call()), telephony.call("CA1")):
        with pytest.raises(kind) as caught:
            await ask
        assert token not in f"{caught.value!r} {caught.value.message} {caught.value.remedy} {telephony!r}"
        assert caught.value.remedy or kind is RateLimited
        assert not caught.value.may_have_happened


@pytest.mark.parametrize(
    ("fault", "kind", "may_have_happened"),
    [
        ("429", RateLimited, False),
        ("500", Unavailable, True),
        ("503", Unavailable, True),
        ("garbage", Unavailable, True),
    ],
)
async def test_trouble_passes(faults, telephony, a_call, fault, kind, may_have_happened):
    await faults(fault)
    with pytest.raises(kind) as caught:
        await telephony.create_call(a_call())
    assert caught.value.may_have_happened is may_have_happened
    assert not caught.value.is_final
    await faults(fault)
    with pytest.raises(kind) as caught:
        await telephony.numbers()
    assert not caught.value.may_have_happened
    assert (await telephony.create_call(a_call())).status == "dialing"


async def test_too_many_at_once(arrange, telephony, a_call):
    await arrange("callees", {"default": {"media": "none", "after_s": 0, "hangs_up_after_s": 9999}})
    await arrange("limits", {"concurrent": 1})
    made = await telephony.create_call(a_call())
    await until_status(telephony, made.external_id, "in_progress")
    with pytest.raises(RateLimited) as caught:
        await telephony.create_call(a_call())
    assert caught.value.detail == "10004"


@pytest.mark.parametrize(
    "instruction",
    [
        Stream(url="https://callout.test/media"),
        Stream(url="wss://callout.test/media?token=1"),
        Stream(url="wss://callout.test/media", parameters={"a": "x" * 500}),
        Stream(url="wss://callout.test/media", parameters={f"p{index}": "x" * 300 for index in range(20)}),
    ],
)
async def test_what_cannot_be_told_is_not_sent(telephony, a_call, instruction):
    with pytest.raises(RequestRefused):
        await telephony.create_call(a_call(instruction=instruction))


async def test_ids_lead_nowhere_else(telephony):
    for odd in ("../../Accounts", "x/y", "?a=b", "%2e%2e"):
        try:
            assert await telephony.call(odd) is None
        except ProviderFailed as failed:
            pytest.fail(f"{odd}: {failed}")
