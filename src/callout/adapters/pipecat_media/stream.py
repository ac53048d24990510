"""What the sockets of calls have in common: audio, marks, the end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any

from pipecat.serializers.base_serializer import FrameSerializer


class CallStream(FrameSerializer):
    """Messages of one socket as pipecat frames and back.

    Attributes:
        rate: samples per second of 16-bit PCM in the frames.
        may_clear: whether an interruption empties what the other side has not played yet.
        seconds: how much audio has come in.
    """

    def __init__(
        self,
        rate: int,
        *,
        marked: Callable[[str], None],
        stopped: Callable[[], None],
        heard: Callable[[bytes], Awaitable[None]],
    ) -> None:
        """What is told to whom.

        Args:
            rate: samples per second.
            marked: told the name of a mark that was played.
            stopped: told that the other side ended the stream.
            heard: awaits the customer's audio, 16-bit PCM; it does not go through the pipeline.
        """
        super().__init__()
        self.rate = rate
        self.may_clear = True
        self.seconds = 0.0
        self._marked, self._stopped, self._heard = marked, stopped, heard

    @abstractmethod
    def mark(self, name: str) -> dict[str, Any]:
        """The message that asks to be told when everything sent so far was played."""

    async def _audio(self, pcm: bytes) -> None:
        self.seconds += len(pcm) / 2 / self.rate
        await self._heard(pcm)
