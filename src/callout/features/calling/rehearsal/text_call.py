"""Test calls in text: a stored agent against a persona, with everything a real call would be judged by."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import msgspec

from callout.features.calling.agents import store
from callout.features.calling.brain.brief import TOOLS, Brief
from callout.features.calling.brain.evidence import analysis_of
from callout.features.calling.briefing import Occasion, brief_of
from callout.features.calling.rehearsal.personas import Persona, chosen
from callout.features.calling.rehearsal.play import Thinker
from callout.features.calling.rehearsal.rehearse import MOST_TURNS, Rehearsal, rehearse
from callout.features.conversations import scam
from callout.features.triggers.evaluation import evaluate
from callout.features.triggers.speech import hear
from callout.features.triggers.views import evaluation_view
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.principal import Principal

_REHEARSED = tuple(tool for tool in TOOLS if tool != "check_availability")


async def rehearsal_brief(work: Work, agent_id: UUID, *, phone: str | None = None, use_llm: bool = False) -> Brief:
    """The brief of a stored agent for calls that reach nobody.

    Raises:
        NotFound: no such agent.
    """
    agent = await store.fetch(work, agent_id)
    occasion = Occasion(call_id=f"rehearsal-{agent_id}", phone=phone)
    return await brief_of(work, agent, occasion, tools=_REHEARSED, use_llm=use_llm)


async def text_call(
    database: Database,
    principal: Principal,
    agent_id: UUID,
    *,
    persona: str,
    turns: int = MOST_TURNS,
    seed: int = 0,
    thinker: Thinker | None = None,
) -> dict[str, Any]:
    """Plays one call and shows it: turns, analysis, suspicion, triggers, score. Nothing is stored.

    Args:
        database: the brief is read in a transaction of its own, closed before the call is played.
        principal: who rehearses.
        agent_id: of the tenant.
        persona: code of a persona.
        turns: at most so many of the customer.
        seed: the same seed plays the same call.
        thinker: the agent's language model, where one is configured.

    Raises:
        NotFound: no such agent.
        Unprocessable: no such persona.
    """
    found = _persona(persona)
    async with database.transaction(principal) as work:
        brief = await rehearsal_brief(work, agent_id, use_llm=thinker is not None)
        now = work.now
    played = rehearse(brief, found, seed, now, turns=turns, thinker=thinker)
    # without a language model the call is nothing but computing, kept off the loop
    one = await played if thinker else await asyncio.to_thread(asyncio.run, played)
    return await asyncio.to_thread(_shown, brief, one)


def persona_view(persona: Persona) -> dict[str, Any]:
    """A persona in a list to choose from."""
    return {
        "code": persona.code,
        "title": persona.title,
        "goal": persona.goal,
        "expected": list(persona.expect.dispositions),
        "order": persona.expect.order,
    }


def _persona(code: str) -> Persona:
    try:
        return chosen([code])[0]
    except KeyError:
        raise Unprocessable.at("persona", f"there is no persona {code}", code="unknown_persona") from None


def _shown(brief: Brief, one: Rehearsal) -> dict[str, Any]:
    state = one.played.state
    analysis = analysis_of(brief, state.turns)
    suspicion = scam.assess(state.turns, brief.scam.threshold)
    evaluations = evaluate(brief.rules, hear(state.turns, analysis, brief.context.services))
    plain: dict[str, Any] = msgspec.to_builtins(
        {
            "turns": [
                {
                    "seq": turn.seq,
                    "speaker": turn.speaker,
                    "content": turn.content,
                    "at": turn.at,
                    "offset_ms": turn.offset_ms,
                    "duration_ms": turn.duration_ms,
                }
                for turn in state.turns
            ],
            "analysis": analysis.document(),
            "scam": suspicion,
            "triggers": [evaluation_view(evaluation, None) for evaluation in evaluations],
            "outcome": one.played.outcome,
            "tools": one.played.used,
            "score": {"passed": one.score.passed, "checks": one.score.checks},
            "persona": one.persona.code,
            "seed": one.score.seed,
        }
    )
    return plain
