"""Sealed values open with their key, for their purpose, and for nobody else."""

import pytest

from callout.kit.secrets import Sealer, UnsealError, hash_token, new_token, same, sign

OLD, NEW = b"an old installation secret", b"a new installation secret"


def test_a_sealed_value_opens_again() -> None:
    sealer = Sealer({"a": OLD}, "a")
    sealed = sealer.seal(b"sk-live", purpose="tenant:openai")
    assert b"sk-live" not in sealed.encode()
    assert sealer.open(sealed, purpose="tenant:openai") == b"sk-live"
    assert sealer.seal(b"sk-live", purpose="tenant:openai") != sealed


def test_old_values_open_after_a_rotation_and_new_ones_take_the_new_key() -> None:
    sealed = Sealer({"a": OLD}, "a").seal(b"x", purpose="p")
    rotated = Sealer({"a": OLD, "b": NEW}, "b")
    assert rotated.open(sealed, purpose="p") == b"x"
    again = rotated.seal(b"x", purpose="p")
    assert again.startswith("b.")
    assert Sealer({"b": NEW}, "b").open(again, purpose="p") == b"x"


def test_a_value_of_a_retired_key_does_not_open() -> None:
    sealed = Sealer({"a": OLD}, "a").seal(b"x", purpose="p")
    with pytest.raises(UnsealError, match="unknown key"):
        Sealer({"b": NEW}, "b").open(sealed, purpose="p")
    with pytest.raises(UnsealError):
        Sealer({"a": NEW}, "a").open(sealed, purpose="p")


def test_a_value_does_not_open_for_another_purpose() -> None:
    sealer = Sealer({"a": OLD}, "a")
    with pytest.raises(UnsealError):
        sealer.open(sealer.seal(b"x", purpose="tenant 1"), purpose="tenant 2")


@pytest.mark.parametrize("value", ["", "a", "a.", "a.%%%", "a.AAAA", "a.abc", "a." + "A" * 64])
def test_what_was_never_sealed_does_not_open(value: str) -> None:
    with pytest.raises(UnsealError):
        Sealer({"a": OLD}, "a").open(value, purpose="p")


@pytest.mark.parametrize(
    ("keys", "current"), [({}, "a"), ({"a": OLD}, "b"), ({"a": b"short"}, "a"), ({"a.b": OLD}, "a.b")]
)
def test_unusable_keys_are_refused_at_once(keys: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match="sealing needs"):
        Sealer(keys, current)


def test_tokens_are_random_and_stored_as_hashes() -> None:
    token = new_token()
    assert token != new_token()
    assert len(hash_token(token)) == 64
    assert same(sign(OLD, b"x"), sign(OLD, b"x"))
    assert not same(sign(OLD, b"x"), sign(NEW, b"x"))
