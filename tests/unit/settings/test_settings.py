"""Settings come from the environment, typed, and errors name the variable."""

import pytest

from callout.settings import SettingsError, load_settings, reference


def test_an_unusable_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADMIN_PORT", "ninety")
    monkeypatch.setenv("CALLOUT_SANDBOX", "sometimes")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "ADMIN_PORT" in str(caught.value) or "CALLOUT_SANDBOX" in str(caught.value)


def test_a_secret_is_never_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLOUT_PREVIOUS_SECRET_KEYS", '{"not": "a list", "but": "hush-hush"}')
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "CALLOUT_PREVIOUS_SECRET_KEYS" in str(caught.value)
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("environment", "sandbox", "simulation"),
    [
        ("development", "auto", "auto"),
        ("production", "auto", "never"),
        ("production", "always", "always"),
        ("development", "never", "never"),
    ],
)
def test_production_never_simulates_of_its_own_accord(
    monkeypatch: pytest.MonkeyPatch, environment: str, sandbox: str, simulation: str
) -> None:
    monkeypatch.setenv("CALLOUT_ENV", environment)
    monkeypatch.setenv("CALLOUT_SANDBOX", sandbox)
    settings = load_settings()
    assert settings.simulation == simulation
    assert settings.shows_api_pages == (environment == "development")


def test_every_setting_is_documented() -> None:
    rows = reference()
    assert len({name for name, *_ in rows}) == len(rows)
    assert all(description for *_, description in rows)
