"""An ElevenLabs: voices, speech both ways, agents that phone, and signed webhooks; well behaved or not.

Speech carries its words (see `marked_speech`), so what is spoken here is heard here. What keys stand for is in `keyed`;
`/_sandbox/…` arranges faults, delays, limits, callees and trouble on sockets.
"""

import httpx
from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException, SerializationException
from litestar.types import ASGIApp

from callout.sandbox import (
    elevenlabs_account,
    elevenlabs_agents,
    elevenlabs_calls,
    elevenlabs_controls,
    elevenlabs_scribe,
    elevenlabs_speech,
    elevenlabs_stream,
    elevenlabs_transcripts,
    elevenlabs_voices,
    elevenlabs_webhooks,
)
from callout.sandbox.elevenlabs_rules import Refused, error_body, misunderstanding, refusal, unreadable
from callout.sandbox.elevenlabs_webhooks import HEADER, live_events, post_call_event, signature
from callout.sandbox.elevenlabs_world import Recognizer, World
from callout.sandbox.keyed import faulty
from callout.sandbox.posting import webhook_client

__all__ = ["HEADER", "create_app", "live_events", "post_call_event", "signature"]

LARGEST_BODY = 60 * 1024 * 1024


def create_app(client: httpx.AsyncClient | None = None, *, recognizer: Recognizer | None = None) -> ASGIApp:
    """The simulator as an ASGI application.

    Args:
        client: posts the webhooks; by default a plain one.
        recognizer: hears the words of audio that carries no marks: 16-bit PCM and its rate → text.
    """
    world = World(client or webhook_client(), recognizer)
    parts = (
        elevenlabs_account, elevenlabs_agents, elevenlabs_calls, elevenlabs_controls, elevenlabs_scribe,
        elevenlabs_speech, elevenlabs_stream, elevenlabs_transcripts, elevenlabs_voices, elevenlabs_webhooks,
    )  # fmt: skip
    inner = Litestar(
        route_handlers=[route for part in parts for route in part.ROUTES],
        state=State({"world": world}),
        exception_handlers={
            Refused: refusal,
            HTTPException: misunderstanding,
            SerializationException: unreadable,
        },
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
    )
    return faulty(inner, error_body)
