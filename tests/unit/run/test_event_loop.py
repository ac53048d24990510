"""Which event loop a process runs on."""

import pytest
import uvloop

from callout.run.lifecycle import loop_of


def test_only_live_calls_have_the_quicker_loop() -> None:
    assert loop_of(("admin", "worker")) is None
    assert loop_of(("voice",)) is uvloop.new_event_loop


def test_without_it_live_calls_run_on_pythons_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callout.run.lifecycle.find_spec", lambda _name: None)
    assert loop_of(("voice",)) is None
