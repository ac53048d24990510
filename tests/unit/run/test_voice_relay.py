"""A pass between voice processes is good for one call, for half a minute, and only within the installation."""

from uuid import uuid4

import pytest

from callout.kit.secrets import Sealer
from callout.run import voice_relay
from callout.run.voice_relay import SoundRelay


@pytest.fixture
def relay() -> SoundRelay:
    return SoundRelay(Sealer.of(b"a secret of the installation"))


def test_a_pass_opens_its_call_and_no_other(relay: SoundRelay) -> None:
    key = (uuid4(), uuid4())
    shown = relay.made_for(key)
    assert relay.may_fetch(shown, key)
    assert not relay.may_fetch(shown, (key[0], uuid4()))
    assert not relay.may_fetch(shown, (uuid4(), key[1]))
    assert not SoundRelay(Sealer.of(b"a secret of another house")).may_fetch(shown, key)


@pytest.mark.parametrize("shown", ["", "nonsense", "a.b", "x" * 5000])
def test_nonsense_is_no_pass(relay: SoundRelay, shown: str) -> None:
    assert not relay.may_fetch(shown, (uuid4(), uuid4()))


def test_a_pass_does_not_last(relay: SoundRelay, monkeypatch: pytest.MonkeyPatch) -> None:
    key = (uuid4(), uuid4())
    shown = relay.made_for(key)
    monkeypatch.setattr(voice_relay, "_GOOD_S", -1)
    assert not relay.may_fetch(shown, key)
