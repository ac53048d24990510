"""Which words of a text were spoken after so much of its audio. Pure."""

from __future__ import annotations

from collections.abc import Sequence

_SLACK_S = 0.03


class WordTimes:
    """A text and when its words begin, as far as that is known; unknown words are spread evenly by their letters."""

    def __init__(self, text: str) -> None:
        """No word has a time yet."""
        self.text = text
        self._words = text.split()
        self._starts: list[float] = []

    def add(self, times: Sequence[tuple[str, float]]) -> None:
        """The next words begin at these seconds of the audio."""
        self._starts.extend(start for _, start in times)

    def spoken(self, played_s: float, whole_s: float | None = None) -> str:
        """The words that had ended after `played_s` seconds; `whole_s` is the length of all audio, where known."""
        if self._starts:
            ends = [*self._starts[1:], whole_s if whole_s is not None else float("inf")]
            said = sum(end <= played_s + _SLACK_S for end in ends[: len(self._words)])
            return " ".join(self._words[:said])
        if not whole_s:
            return ""
        letters = sum(len(word) + 1 for word in self._words) or 1
        said, passed = 0, 0.0
        for word in self._words:
            passed += (len(word) + 1) / letters * whole_s
            if passed > played_s + _SLACK_S:
                break
            said += 1
        return " ".join(self._words[:said])
