"""`callout calls rehearse` with an agent of a file."""

import json

from click.testing import CliRunner

from callout.cli.calls import calls
from callout.features.calling.rehearsal.agent_file import SAMPLE


def test_a_rehearsal_prints_a_scorecard() -> None:
    result = CliRunner().invoke(calls, ["rehearse", str(SAMPLE), "--personas", "keen,opt_out", "--seeds", "2"])
    assert result.exit_code == 0, result.output
    assert "| Keen customer | 2/2 | converted |" in result.output
    assert "Nothing went wrong." in result.output


def test_one_seed_shows_every_word() -> None:
    result = CliRunner().invoke(calls, ["rehearse", str(SAMPLE), "--personas", "opt_out", "--seed", "3"])
    assert "Agent: Hello, this is Mia, an AI assistant calling for Bright Home." in result.output


def test_it_can_be_read_by_machines() -> None:
    result = CliRunner().invoke(calls, ["rehearse", str(SAMPLE), "--personas", "opt_out", "--seeds", "1", "--json"])
    assert json.loads(result.output)["checks"]["opt_out_honoured"] == {"passed": 1, "of": 1}


def test_an_agent_without_disclosure_fails(tmp_path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(SAMPLE.read_text().replace("an AI assistant", "somebody"))
    result = CliRunner().invoke(calls, ["rehearse", str(path), "--personas", "busy", "--seeds", "1"])
    assert result.exit_code == 1
    assert "disclosure_first" in result.output


def test_an_unknown_persona_is_named(tmp_path) -> None:
    result = CliRunner().invoke(calls, ["rehearse", str(SAMPLE), "--personas", "nobody"])
    assert "There is no persona nobody" in str(result.exception)
