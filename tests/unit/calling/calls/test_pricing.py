"""What calls cost by list price: known prices only, each with its source; nothing is guessed."""

from decimal import Decimal

from callout.features.calling.calls.pricing import by_part, priced, prices
from callout.features.calling.hosting.ports import Usage


def use(**members):
    return Usage(**{"provider": "elevenlabs", "service": "tts", "units": 1000, "unit": "characters", **members})


def test_speech_is_priced_by_its_model():
    assert priced(use(model="eleven_flash_v2_5")).cost == Decimal("0.05")
    assert priced(use(model="eleven_multilingual_v2")).cost == Decimal("0.10")
    heard = use(service="stt", unit="seconds", units=90, model="scribe_v2_realtime")
    assert priced(heard).cost == Decimal("0.00975")
    assert priced(
        use(provider="deepgram", service="stt", unit="seconds", units=90, model="nova-3-multilingual")
    ).cost == (Decimal("0.0087"))


def test_what_has_no_price_has_none():
    assert priced(use(model="eleven_new_v9")).cost is None
    assert priced(use()).cost is None
    assert priced(use(model="eleven_flash_v2_5", unit="seconds")).cost is None
    assert priced(use(model="eleven_flash_v2_5", units=0)).cost == 0


def test_a_price_that_came_with_the_use_stands():
    assert priced(use(model="eleven_flash_v2_5", cost=Decimal("0.01"))).cost == Decimal("0.01")


def test_replies_of_one_model_family_are_one_part():
    replies = [
        use(provider="openai", service="llm", units=units, unit="tokens", cost=Decimal(units)) for units in (5, 7)
    ]
    (part,) = by_part(replies)
    assert (part.units, part.cost) == (12, 12)


def test_one_unknown_price_leaves_its_part_unknown_and_no_other():
    uses = [
        use(provider="openai", service="llm", unit="tokens", cost=Decimal(1)),
        use(provider="openai", service="llm", unit="tokens"),
        use(model="eleven_flash_v2_5"),
    ]
    assert [(part.units, part.cost) for part in by_part(uses)] == [(2000, None), (1000, Decimal("0.05"))]


def test_each_price_says_where_it_is_from():
    for price in prices():
        assert price.source.startswith("https://")
        assert price.usd > 0
