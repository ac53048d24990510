"""Runs an agent against personas and seeds, and sums up."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime
from random import Random

import msgspec

from callout.features.calling.brain.brief import Brief
from callout.features.calling.rehearsal.caller import Caller, Reply, ScriptedCaller, ThinkingCaller
from callout.features.calling.rehearsal.facts import invent
from callout.features.calling.rehearsal.personas import Persona
from callout.features.calling.rehearsal.play import Played, TextCall, Thinker
from callout.features.calling.rehearsal.scoring import Score, score

MOST_TURNS = 40


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """A played call with its judgement."""

    persona: Persona
    played: Played
    score: Score


async def rehearse(
    brief: Brief,
    persona: Persona,
    seed: int,
    now: datetime,
    *,
    turns: int = MOST_TURNS,
    thinker: Thinker | None = None,
    caller: Reply | None = None,
) -> Rehearsal:
    """Plays one persona against the agent.

    Args:
        brief: of the agent; with `use_llm` a `thinker` makes its replies.
        persona: who answers.
        seed: the same seed plays the same call, as long as no language model takes part.
        now: aware UTC, when the call begins.
        turns: at most so many turns of the caller.
        thinker: the agent's language model.
        caller: a language model that plays the persona instead of its lines.
    """
    random = Random(zlib.crc32(f"{persona.code}:{seed}".encode()))
    facts = invent(persona, brief, random, now)
    if thinker is None:
        brief = msgspec.structs.replace(brief, use_llm=False)
    other: Caller = (
        ThinkingCaller(persona, facts, brief, caller)
        if caller is not None and persona.carrier is None
        else ScriptedCaller(persona, facts, brief, random)
    )
    call = TextCall(brief, other, now, thinker)
    played = await call.play(turns, persona.carrier, beep=persona.beep)  # type: ignore[arg-type]
    return Rehearsal(persona=persona, played=played, score=score(brief, persona, facts, seed, played))


async def rehearse_all(
    brief: Brief,
    personas: Sequence[Persona],
    seeds: Sequence[int],
    now: datetime,
    *,
    thinker: Thinker | None = None,
    caller: Reply | None = None,
) -> list[Rehearsal]:
    """Plays every persona with every seed, one after the other."""
    return [
        await rehearse(brief, persona, seed, now, thinker=thinker, caller=caller)
        for persona in personas
        for seed in seeds
    ]
