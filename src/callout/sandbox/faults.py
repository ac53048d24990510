"""What goes wrong on purpose in a simulator: arranged over `/_sandbox/faults`, in order or by chance.

Body: `{"next": ["429", "truncated", "delay:0.5"], "chance": {"500": 0.05, "duplicate": 0.02}, "seed": 7}`. Faults of
`next` meet the coming requests one by one ("ok" lets one through); after them each request meets those of `chance`,
drawn in a steady order. A fault is an HTTP status from 400 on, `truncated` (half of the good answer), `duplicate`
(places of the page before come again) or `delay:<seconds>`; `timeout` is a delay no client waits for. `after:<status>`
does what was asked for and then answers the status, `lost` does it and answers nothing in time.
"""

import random
from typing import Any, Literal, Self

import msgspec
from litestar.exceptions import ClientException

TIMEOUT_S = 120.0
MOST = 10_000


class Fault(msgspec.Struct, frozen=True):
    """One thing that goes wrong.

    Attributes:
        status: with kind `status`: what is answered.
        seconds: with kind `delay`: how long the good answer is kept back.
    """

    kind: Literal["ok", "status", "truncated", "duplicate", "html", "delay", "after"]
    status: int = 200
    seconds: float = 0.0

    @classmethod
    def read(cls, text: str) -> Self:
        """The fault a text names.

        Raises:
            ClientException: there is no such fault.
        """
        word, _, amount = str(text).partition(":")
        match word:
            case "ok" | "truncated" | "duplicate" | "html":
                return cls(word)
            case "timeout":
                return cls("delay", seconds=TIMEOUT_S)
            case "lost":
                return cls("after", status=504, seconds=TIMEOUT_S)
            case "after" if amount.isdigit() and 400 <= int(amount) <= 599:
                return cls("after", status=int(amount))
            case "delay" if amount.replace(".", "", 1).isdigit():
                return cls("delay", seconds=float(amount))
            case _ if word.isdigit() and 400 <= int(word) <= 599:
                return cls("status", status=int(word))
        raise ClientException(f"no such fault: {text}")


class Faults:
    """The faults of one simulator."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """From now on everything goes well."""
        self._next: list[Fault] = []
        self._chance: list[tuple[float, Fault]] = []
        self._dice = random.Random(0)

    def arrange(self, data: dict[str, Any]) -> dict[str, Any]:
        """Takes the body of `/_sandbox/faults` and says what is arranged; `statuses` is another word for `next`.

        Raises:
            ClientException: it is not as described above.
        """
        try:
            coming = [Fault.read(text) for text in (data.get("next") or data.get("statuses") or [])][:MOST]
            chance = [(float(share), Fault.read(text)) for text, share in (data.get("chance") or {}).items()]
        except (TypeError, ValueError, AttributeError) as error:
            raise ClientException(f"not a set of faults: {error}") from error
        self._next, self._chance = coming, chance
        self._dice = random.Random(int(data.get("seed") or 0))
        return {"next": len(coming), "chance": {_name(fault): share for share, fault in chance}}

    def draw(self) -> Fault | None:
        """What the request that just came meets; None when it goes well."""
        if self._next:
            fault = self._next.pop(0)
            return None if fault.kind == "ok" else fault
        luck = self._dice.random() if self._chance else 1.0
        for share, fault in self._chance:
            if luck < share:
                return fault
            luck -= share
        return None


def truncated(body: bytes) -> bytes:
    """The first half of an answer, as when the line breaks behind a proxy that hides it."""
    return body[: max(1, len(body) // 2)]


def _name(fault: Fault) -> str:
    match fault.kind:
        case "status":
            return str(fault.status)
        case "delay":
            return f"delay:{fault.seconds:g}"
        case "after":
            return "lost" if fault.seconds else f"after:{fault.status}"
        case _:
            return fault.kind
