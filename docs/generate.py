"""Writes the parts of the documentation that follow from the code; `--check` only compares."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "callout"
START, END = "<!-- tree: generated -->", "<!-- end of tree -->"
SKIPPED = {"__pycache__"}
REHEARSED_SEEDS = 10


def purpose(path: Path) -> str:
    """The first line of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return docstring.split("\n", 1)[0]


def tree(folder: Path, depth: int = 0) -> Iterator[str]:
    """Folders and modules with their purposes, packages first."""
    entries = [entry for entry in folder.iterdir() if entry.name not in SKIPPED]
    packages = sorted(entry for entry in entries if (entry / "__init__.py").exists())
    modules = sorted(entry for entry in entries if entry.suffix == ".py" and entry.name != "__init__.py")
    for package in packages:
        yield f"{'  ' * depth}{package.name}/".ljust(34) + purpose(package / "__init__.py")
        if package.name != "versions":
            yield from tree(package, depth + 1)
    for module in modules:
        yield f"{'  ' * depth}{module.name}".ljust(34) + purpose(module)


def architecture() -> str:
    """ARCHITECTURE.md with its tree renewed."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    before, rest = text.split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n```\n" + "\n".join(tree(SOURCE)) + f"\n```\n{END}{after}"


def settings_page() -> str:
    """Every environment variable."""
    from callout.settings import reference

    rows = "\n".join(
        f"| `{name}` | {kind} | {f'`{default}`' if default else ''} | {text} |"
        for name, kind, default, text in reference()
    )
    return (
        "# Settings\n\nGenerated from `src/callout/settings.py`. All come from the environment; all are optional.\n\n"
        f"| variable | type | default | meaning |\n|---|---|---|---|\n{rows}\n"
    )


def errors_page() -> str:
    """Every problem code."""
    from importlib import import_module
    from pkgutil import walk_packages

    import callout
    from callout.kit.errors import Problem

    for module in walk_packages(callout.__path__, "callout."):
        if module.name.startswith(("callout.features", "callout.kit")):
            import_module(module.name)
    found: dict[str, type[Problem]] = {}

    def collect(kind: type[Problem]) -> None:
        found.setdefault(kind.code, kind)
        for child in kind.__subclasses__():
            collect(child)

    collect(Problem)
    rows = "\n".join(
        f"| `{code}` | {kind.status} | {kind.default_detail} {kind.remedy}".rstrip() + " |"
        for code, kind in sorted(found.items())
    )
    return (
        "# Problems\n\nGenerated from the error classes. Bodies follow RFC 9457; `code` is stable.\n\n"
        f"| code | status | meaning |\n|---|---|---|\n{rows}\n"
    )


def events_page() -> str:
    """Every event, its fields and what follows from it."""
    from callout.kit.events import Event
    from callout.run.wiring import reactions_table

    def leaves(kind: type[Event]) -> Iterator[type[Event]]:
        children = kind.__subclasses__()
        if "type" in kind.__dict__:
            yield kind
        for child in children:
            yield from leaves(child)

    follows = reactions_table()
    rows = "\n".join(
        f"| `{kind.type}` | {', '.join(f'`{name}`' for name in kind.__struct_fields__ if name != 'noun_id')} | "
        f"{', '.join(f'`{name}`' for name in follows.get(kind.type, []))} |"
        for kind in sorted({kind.type: kind for kind in leaves(Event)}.values(), key=lambda kind: kind.type)
    )
    return (
        "# Events\n\nGenerated from the event classes and `run/wiring.py`.\n\n"
        f"| type | data | what follows in the same transaction |\n|---|---|---|\n{rows}\n"
    )


def rehearsal_page() -> str:
    """How the sample agent does against every persona."""
    import asyncio
    from datetime import UTC, datetime

    from callout.features.calling.rehearsal import scorecard
    from callout.features.calling.rehearsal.agent_file import SAMPLE, read_agent
    from callout.features.calling.rehearsal.personas import all_personas
    from callout.features.calling.rehearsal.rehearse import rehearse_all

    now = datetime(2026, 3, 2, 15, tzinfo=UTC)
    played = asyncio.run(rehearse_all(read_agent(SAMPLE, now), all_personas(), range(REHEARSED_SEEDS), now))
    goals = "\n".join(f"| `{one.code}` | {one.title} | {one.goal} |" for one in all_personas())
    return (
        "# Rehearsal\n\nGenerated from a run of the agent in `features/calling/rehearsal/data/agent.toml`, without a "
        f"language model, against every persona with {REHEARSED_SEEDS} seeds: `callout calls rehearse AGENT`. The seed "
        "decides name, address, need, wording, interruptions, pauses and noise on the line. The agent's rules were "
        "written with these personas at hand, so the table shows that they hold, not how an agent does with people.\n\n"
        f"{scorecard.markdown(played)}\n\n## Personas\n\n| code | persona | goal |\n|---|---|---|\n{goals}\n"
    )


def pages(*, may_play: bool) -> dict[Path, str]:
    """Path → wanted content; what takes minutes to work out is worked out anew only if it `may_play`."""
    from simulation_page import simulation_pages
    from voice_rehearsal_page import voice_rehearsal_pages

    reference = ROOT / "docs" / "reference"
    return {
        ROOT / "ARCHITECTURE.md": architecture(),
        reference / "settings.md": settings_page(),
        reference / "problems.md": errors_page(),
        reference / "events.md": events_page(),
        reference / "rehearsal.md": rehearsal_page(),
        **voice_rehearsal_pages(reference, may_play=may_play),
        **simulation_pages(reference, may_play=may_play),
    }


def main() -> int:
    """Writes, or with `--check` says what is stale."""
    is_check = "--check" in sys.argv
    wanted = pages(may_play=not is_check)
    stale = {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}
    if is_check:
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)} (run `make docs`)")
        return 1 if stale else 0
    for path, text in stale.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
