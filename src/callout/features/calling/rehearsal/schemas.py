"""What rehearsals read over HTTP."""

from typing import Annotated, Literal

from pydantic import Field

from callout.features.calling.rehearsal.rehearse import MOST_TURNS
from callout.kit.http.fields import Text
from callout.kit.http.models import Body


class TestCallIn(Body):
    """A test call: in text against a persona, or by voice to the browser of whoever asks."""

    __test__ = False

    mode: Literal["text", "browser"] = "text"
    persona: Annotated[str, Text(40)] = "keen"
    turns: Annotated[int, Field(ge=1, le=MOST_TURNS)] = MOST_TURNS
    seed: Annotated[int, Field(ge=0, le=1_000_000)] = 0
