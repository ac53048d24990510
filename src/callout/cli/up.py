"""`callout up`."""

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from callout.run import topology, voice_extra
from callout.run.seed import read_login
from callout.settings import Settings, load_settings

_COLOURS = {
    "gateway": "magenta",
    "admin": "cyan",
    "vendor": "green",
    "voice": "bright_red",
    "worker": "yellow",
    "database": "blue",
}


@click.command()
@click.option("--embedded", is_flag=True, help="Services, worker and simulators in one process.")
@click.option("--no-gateway", is_flag=True, help="Leave the gateway out; use the services' own ports.")
@click.option("--no-sandbox", is_flag=True, help="Leave the simulators out.")
@click.option("--logs", is_flag=True, help="Show what the processes write; it is kept in files in any case.")
def up(*, embedded: bool, no_gateway: bool, no_sandbox: bool, logs: bool) -> None:
    """Run everything on this machine until Ctrl-C; nothing needs to be configured."""
    from callout.run.up import up as run  # noqa: PLC0415 - `callout --help` stays quick

    settings = load_settings()
    console = Console()

    def say(name: str, text: str) -> None:
        console.print(f"[{_COLOURS.get(name, 'white')}]{name:>9}[/] {escape(text)}", highlight=False, soft_wrap=True)

    simulates = settings.simulation != "never"
    voice = settings.voice.is_on and voice_extra.is_installed()
    if settings.voice.is_on and not voice:
        say("voice", f"left out: {voice_extra.HOW}")
    chosen = topology.chosen(
        embedded=embedded, gateway=not no_gateway, sandbox=simulates and not no_sandbox, voice=voice
    )
    run(settings, chosen, say=say, on_ready=lambda: _welcome(console, settings, chosen), echo_output=logs)


def _welcome(console: Console, settings: Settings, chosen: topology.Topology) -> None:
    ports = settings.ports
    table = Table(box=None, show_header=False, padding=(0, 2))
    for part in topology.parts_of(chosen):
        if part.setting:
            table.add_row(part.name, f"http://{ports.host}:{part.port(ports)}")
    console.print()
    console.print("[bold]Callout is up.[/]")
    console.print(table)
    if login := read_login(settings):
        console.print(f"sign in as [bold]{login.email}[/] with [bold]{escape(login.password)}[/]", highlight=False)
    console.print(f"logs in {escape(str(settings.state_dir / 'logs'))}", highlight=False, soft_wrap=True)
    console.print("Ctrl-C stops it.\n")
