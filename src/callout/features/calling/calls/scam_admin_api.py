"""/api/admin/calling-agents/scam: words tried for fraud, and the model that judges."""

import time
from typing import Annotated, Any, Literal, Self

import msgspec
from litestar import Router, get, post
from pydantic import Field, model_validator

from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.conversations import scam
from callout.features.conversations.model import Turn
from callout.kit.db.work import Work
from callout.kit.http.fields import LongText
from callout.kit.http.models import Body

PREFIX = "/api/admin/calling-agents/scam"
MOST_TURNS = 500


class SpokenTurn(Body):
    """Something one side said."""

    speaker: Literal["agent", "customer"] = "customer"
    content: Annotated[str, LongText(8000)]


class Suspect(Body):
    """A text of the other side, or the turns of a talk."""

    text: Annotated[str, LongText(20_000)] | None = None
    turns: Annotated[list[SpokenTurn], Field(min_length=1, max_length=MOST_TURNS)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.turns is None):
            raise ValueError("give either text or turns")
        return self


@post("/analyze", guards=[allow("conversation.ingest")], status_code=200)
async def analyze(work: Work, data: Suspect) -> dict[str, Any]:
    """How much words look like fraud; nothing is kept."""
    said = data.turns or [SpokenTurn(content=data.text or "")]
    turns = [Turn(seq=seq, speaker=one.speaker, content=one.content) for seq, one in enumerate(said, 1)]
    threshold = float((await tenant_settings(work))["scam.threshold"])
    started = time.perf_counter()
    finding = scam.assess(turns, threshold)
    shown: dict[str, Any] = msgspec.to_builtins(finding)
    return shown | {"processing_ms": round((time.perf_counter() - started) * 1000)}


@get("/model", guards=[allow("scam_assessment.read")])
async def model(work: Work) -> dict[str, Any]:
    """Which model judges, and from which risk on; without a stored evaluation no accuracy is claimed."""
    threshold = float((await tenant_settings(work))["scam.threshold"])
    return {"model_version": scam.MODEL_VERSION, "threshold": threshold, "evaluation": None}


router = Router(PREFIX, route_handlers=[analyze, model], tags=["Calls"])
