"""The scorecard of rehearsals by voice: played in real time, and anew only when the talks in text have changed."""

import asyncio
import hashlib
from datetime import UTC, datetime
from pathlib import Path

SEEDS = (0,)
COMMAND = "callout calls rehearse AGENT --voice --seed 0"


def voice_rehearsal_pages(folder: Path, *, may_play: bool) -> dict[Path, str]:
    """The page, which holds a stamp of the same talks in text: as long as those stay, what was heard by voice holds.

    Args:
        folder: where it is.
        may_play: whether a page that no longer holds is played anew, which takes minutes; else only its stamp is.
    """
    page, stamp = folder / "rehearsal-by-voice.md", _stamp()
    kept = page.read_text("utf-8") if page.exists() else ""
    if stamp in kept:
        return {page: kept}
    return {page: f"{_played() if may_play else kept}\n{stamp}\n"}


def _stamp() -> str:
    """What is said in the same rehearsals in text, in short."""
    from callout.features.calling.rehearsal import scorecard
    from callout.features.calling.rehearsal.agent_file import SAMPLE, read_agent
    from callout.features.calling.rehearsal.personas import all_personas
    from callout.features.calling.rehearsal.rehearse import rehearse_all

    now = datetime(2026, 3, 2, 15, tzinfo=UTC)
    played = asyncio.run(rehearse_all(read_agent(SAMPLE, now), all_personas(), SEEDS, now))
    told = "\n".join([*scorecard.CHECKS.values(), *(scorecard.transcript(one) for one in played)])
    return f"<!-- talks: {hashlib.sha256(told.encode()).hexdigest()[:16]} -->"


def _played() -> str:
    from callout.features.calling.rehearsal import scorecard
    from callout.features.calling.rehearsal.agent_file import SAMPLE, read_agent
    from callout.features.calling.rehearsal.personas import all_personas
    from callout.run.rehearsing_by_voice import rehearse_by_voice

    found = asyncio.run(rehearse_by_voice(read_agent(SAMPLE, datetime.now(UTC)), all_personas(), SEEDS))
    wrong = "".join(f"\n- {line}" for line in scorecard.failures(found))
    return (
        "# Rehearsal by voice\n\nGenerated from calls over the media sockets, in real time: the voice service's "
        "pipeline hears and speaks through the simulated speech service, and the personas of [Rehearsal](rehearsal.md) "
        "phone with marked speech. One call of each with the agent of the same file, without a language model: "
        f"`{COMMAND}`.\n\n{scorecard.markdown(found)}\n" + (f"\nWhat went wrong:\n{wrong}\n" if wrong else "")
    )
