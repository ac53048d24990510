"""Which event loop a process runs on."""

import asyncio

import pytest

from callout.run.lifecycle import loop_of


def test_only_live_calls_have_the_quicker_loop() -> None:
    assert loop_of(("admin", "worker")) is None
    make = loop_of(("voice",))
    assert make is not None
    with asyncio.Runner(loop_factory=make) as runner:
        assert type(runner.get_loop()).__module__.startswith("uvloop")


def test_without_it_live_calls_run_on_pythons_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callout.run.lifecycle.find_spec", lambda _name: None)
    assert loop_of(("voice",)) is None
