"""`callout demo`."""

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from callout.settings import load_settings


@click.command()
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of real businesses and conversations; a generated town without it.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the invoice and the recording; the state directory's `demo` when not given.",
)
@click.option("--call/--no-call", default=True, help="Place a phone call too; it takes as long as people talk.")
def demo(*, data: Path | None, out: Path | None, call: bool) -> None:
    """Play the main job, from a file of businesses to a paid invoice, through the public endpoints."""
    from callout.run.demo.perform import perform  # noqa: PLC0415 - `callout --help` stays quick

    settings = load_settings()
    console = Console()

    def say(line: str) -> None:
        style = "bold" if line.startswith("[") else "default"
        console.print(escape(line), style=style, highlight=False, soft_wrap=True)

    told, path = perform(settings, data=data, out=out or settings.state_dir / "demo", say=say, with_call=call)
    console.print(
        f"\n[bold green]Done.[/] {told.order['customer_name']}, {told.invoice['number']}, "
        f"{told.invoice['total_amount']} {told.invoice['currency']}",
        highlight=False,
    )
    if told.recording:
        recording = path.with_name(f"call-{told.call['id']}.wav")
        console.print(f"recording of the call: {recording}", highlight=False, soft_wrap=True, markup=False)
    console.print(str(path), highlight=False, soft_wrap=True, markup=False)
