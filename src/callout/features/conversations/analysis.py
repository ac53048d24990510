"""Analyse a conversation: one call from turns to slots, lead and outcome. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from callout.features.conversations.model import Analysis, CallContext, Place, Turn


def analyse(turns: Sequence[Turn], context: CallContext) -> Analysis:
    """Analyse the final turns of a conversation."""
    raise NotImplementedError


def with_place(analysis: Analysis, place: Place) -> Analysis:
    """The analysis with the geocoded place of its address; quality is scored again."""
    raise NotImplementedError
