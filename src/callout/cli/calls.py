"""`callout calls`: rehearse."""

import json
import sys

import click

from callout.settings import load_settings


@click.group("calls")
def calls() -> None:
    """Phone calls."""


@calls.command()
@click.argument("agent")
@click.option("--personas", default="", metavar="A,B", help="Codes of personas; all of them when not given.")
@click.option("--seeds", default=5, show_default=True, type=click.IntRange(1, 1000), help="How many calls with each.")
@click.option("--seed", type=click.IntRange(0), help="Only this seed, with every word of the calls.")
@click.option(
    "--model",
    type=click.Choice(["openai", "claude", "gemini", "grok", "local_llm"]),
    help="A language model replies, by its key or simulated; by its key it plays the customers too.",
)
@click.option("--voice", is_flag=True, help="By voice instead of in text: simulated speech services, in real time.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def rehearse(
    *, agent: str, personas: str, seeds: int, seed: int | None, model: str | None, voice: bool, as_json: bool
) -> None:
    """Try AGENT (id, name, or a TOML file) on invented customers; exit code 1 when something went wrong."""
    from callout.features.calling.rehearsal import scorecard  # noqa: PLC0415 - `callout --help` stays quick
    from callout.run.rehearsing import rehearse_agent  # noqa: PLC0415

    codes = [code.strip() for code in personas.split(",") if code.strip()]
    wanted = range(seeds) if seed is None else [seed]
    found = rehearse_agent(load_settings(), agent, codes, list(wanted), model=model, by_voice=voice)
    wrong = scorecard.failures(found)
    if as_json:
        rows = {"personas": scorecard.rows(found), "checks": scorecard.totals(found), "failures": wrong}
        click.echo(json.dumps(rows, indent=1))
    else:
        if seed is not None:
            click.echo("\n\n".join(scorecard.transcript(one) for one in found) + "\n")
        click.echo(scorecard.markdown(found))
        click.echo("\n".join(["", *wrong]) if wrong else "\nNothing went wrong.")
    sys.exit(1 if wrong else 0)
