"""What the sockets of calls have in common: audio in pieces, marks, the end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from pipecat.frames.frames import Frame, InputAudioRawFrame
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
        frame_ms: int,
        marked: Callable[[str], None],
        stopped: Callable[[], None],
        heard: Callable[[bytes], None],
    ) -> None:
        """What is told to whom.

        Args:
            rate: samples per second.
            frame_ms: audio is handed on in pieces of at least this length.
            marked: told the name of a mark that was played.
            stopped: told that the other side ended the stream.
            heard: told the customer's audio, 16-bit PCM.
        """
        super().__init__()
        self.rate = rate
        self.may_clear = True
        self.seconds = 0.0
        self._piece = rate * 2 * frame_ms // 1000
        self._waiting = bytearray()
        self._marked, self._stopped, self._heard = marked, stopped, heard

    @abstractmethod
    def mark(self, name: str) -> dict[str, Any]:
        """The message that asks to be told when everything sent so far was played."""

    def _audio(self, pcm: bytes) -> Frame | None:
        """The next piece; None while there is not enough for one."""
        self.seconds += len(pcm) / 2 / self.rate
        self._waiting += pcm
        if len(self._waiting) < self._piece:
            return None
        piece, self._waiting = bytes(self._waiting), bytearray()
        self._heard(piece)
        return InputAudioRawFrame(audio=piece, sample_rate=self.rate, num_channels=1)
