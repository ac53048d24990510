"""The doctor: names what is missing and how to mend it, and touches nothing."""

from pathlib import Path

import pytest

from callout.run.diagnosis import Finding, Verdict, is_well
from callout.run.doctor import examine
from callout.settings import Settings, load_settings


def settings(folder: Path, **overrides: object) -> Settings:
    return load_settings(CALLOUT_STATE_DIR=folder / "state", **overrides)


def findings(chosen: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(chosen)}


def test_a_fresh_checkout_is_well_and_stays_untouched(tmp_path: Path) -> None:
    found = findings(settings(tmp_path))
    assert found["Database"].verdict is Verdict.OFF
    assert found["Gateway"].verdict is Verdict.OK
    assert found["E-mail (SendGrid)"].verdict is Verdict.SIMULATED
    assert not (tmp_path / "state").exists()


def test_production_without_a_secret_key_is_ill(tmp_path: Path) -> None:
    found = findings(settings(tmp_path, CALLOUT_ENV="production"))
    assert found["Secret key"].verdict is Verdict.FAILED
    assert "CALLOUT_SECRET_KEY" in found["Secret key"].remedy
    assert not is_well(list(found.values()))


def test_production_simulates_nothing(tmp_path: Path) -> None:
    found = findings(settings(tmp_path, CALLOUT_ENV="production"))
    assert found["E-mail (SendGrid)"].verdict is Verdict.OFF


def test_a_database_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://callout@127.0.0.1:1/callout")
    found = findings(settings(tmp_path))
    assert found["Database"].verdict is Verdict.FAILED
    assert "DATABASE_URL" in found["Database"].remedy
