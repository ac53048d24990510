"""The customer's words as rules read them: their turns, with the agent's words they said yes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from callout.features.conversations import intent, lexicon
from callout.features.conversations.model import Analysis, OptOut, ServiceTerm, Turn
from callout.features.conversations.services import Catalogue
from callout.features.conversations.text import Hit, Words

_ADD_ONS = frozenset({"also", "extra", "additional", "addition", "add", "else", "upgrade", "too"})


class Utterance(NamedTuple):
    """A final customer turn.

    `agent` is the agent's turn right before, `agreed` whether the customer said yes to it, `declined`
    whether no; `ends_talk` marks an answer to "anything else?".
    """

    seq: int
    words: Words
    agent: Words | None
    agreed: bool
    declined: bool
    ends_talk: bool


class Speech(NamedTuple):
    """Everything rules are held against."""

    utterances: tuple[Utterance, ...]
    needs: tuple[tuple[Words, Hit], ...]
    service_said: bool
    analysis: Analysis
    opt_out: OptOut | None


def hear(turns: Sequence[Turn], analysis: Analysis, services: tuple[ServiceTerm, ...]) -> Speech:
    """Prepare a conversation for any number of rules.

    Args:
        turns: in order of speech; those that are not final are left out.
        analysis: of the same turns.
        services: the tenant's catalogue.
    """
    catalogue = Catalogue.of(services)
    utterances: list[Utterance] = []
    before: Words | None = None
    for turn in turns:
        if not turn.is_final or turn.speaker == "system":
            continue
        words = Words(turn.content)
        if turn.speaker == "agent":
            before = words
            continue
        reply = intent.reply(words) if before is not None else "none"
        ends_talk = before is not None and (intent.is_closing_question(before) or _is_add_on(before))
        utterances.append(Utterance(turn.seq, words, before, reply == "affirmative", reply == "negative", ends_talk))
        before = None
    counted = [words for utterance in utterances for words in _counted(utterance)]
    return Speech(
        utterances=tuple(utterances),
        needs=tuple((words, hit) for words in counted for hit in lexicon.needs(words) if not words.negated(hit.first)),
        service_said=any(not mention.negated for words in counted for mention in catalogue.find(words)),
        analysis=analysis,
        opt_out=next((found for one in utterances if (found := intent.opt_out(one.seq, one.words))), None),
    )


def _counted(utterance: Utterance) -> list[Words]:
    """The words that count as the customer's: a yes takes over what the agent said."""
    if utterance.agreed and utterance.agent is not None:
        return [utterance.agent, utterance.words]
    return [utterance.words]


def _is_add_on(agent: Words) -> bool:
    return not _ADD_ONS.isdisjoint(agent.tokens) and "?" in agent.text
