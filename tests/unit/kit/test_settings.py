"""Settings that cannot be used are refused by name."""

import pytest

from callout.settings import SettingsError, load_settings, reference


def test_every_unusable_variable_is_named_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ADMIN_PORT": "99999",
        "CALLOUT_LOG_LEVEL": "LOUD",
        "DATABASE_POOL_SIZE": "many",
        "CALLOUT_RATE_LIMIT_FACTOR": "0",
        "CALLOUT_SANDBOX": "perhaps",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    for name in (
        "ADMIN_PORT",
        "CALLOUT_LOG_LEVEL",
        "DATABASE_POOL_SIZE",
        "CALLOUT_RATE_LIMIT_FACTOR",
        "CALLOUT_SANDBOX",
    ):
        assert name in str(refused.value)
    assert "'LOUD'" in str(refused.value)


def test_a_secret_is_not_repeated_in_the_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLOUT_PREVIOUS_SECRET_KEYS", '{"old": "hunter2"}')
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "CALLOUT_PREVIOUS_SECRET_KEYS" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_reference_names_every_variable_once() -> None:
    names = [name for name, *_ in reference()]
    assert len(names) == len(set(names))
    assert {"DATABASE_URL", "ADMIN_PORT", "CALLOUT_SECRET_KEY", "CALLOUT_ENV"} <= set(names)
