"""A call held in memory: says what the customer says, shows what the agent says and does."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from callout.features.calling.brain.actions import Action, CallTool, End, Flag, Say, Suppress, Think, Transfer
from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.inputs import AgentSaid, Answered, Final, Input, Thought, ToolCall, ToolResult
from callout.features.calling.brain.step import begin, step
from callout.features.conversations.model import CallContext, ContactFacts, ServiceTerm
from callout.features.vendors.catalogue import SEEDS

MONDAY = datetime(2026, 3, 2, 15, tzinfo=UTC)
SERVICES = tuple(ServiceTerm(seed.code, seed.code, seed.label, tuple(seed.synonyms)) for seed in SEEDS)
TOOLS = ("create_order", "send_quote", "schedule_callback", "transfer", "end_call")
A = TypeVar("A")


def context(**members: Any) -> CallContext:
    """A call to New York on a Monday at ten."""
    given = {
        "called_number": "+13055550100",
        "started_at": MONDAY,
        "timezone": "America/New_York",
        "tenant_name": "Bright Home",
        "agent_name": "Mia",
        "services": SERVICES,
        **members,
    }
    return CallContext(**given)


def brief(contact: ContactFacts | None = None, **members: Any) -> Brief:
    """Mia of Bright Home."""
    given = {
        "call_id": "call-1",
        "agent_name": "Mia",
        "business_name": "Bright Home",
        "disclosure_line": "Hello, this is {agent_name}, an AI assistant calling for {business_name}.",
        "welcome_message": "Do you have a minute?",
        "prices": {"cleaning": Decimal(150)},
        "tools": TOOLS,
        "context": context(contact=contact),
        **members,
    }
    return Brief(**given)


class Call:
    """One call; what the agent says is spoken at once and whole, unless a test says otherwise."""

    def __init__(
        self, about: Brief | None = None, *, results: Callable[[CallTool], ToolResult | None] | None = None
    ) -> None:
        self.brief = about or brief()
        self.state = begin(self.brief)
        self.now = MONDAY
        self.actions: list[Action] = []
        self.said: list[str] = []
        self._results = results or _done
        self.thoughts: Callable[[Think], Iterable[Thought]] = lambda _: ()

    def answered(self) -> "Call":
        self.feed(Answered())
        return self

    def tell(self, event: Input) -> list[Action]:
        """One input, without carrying anything out."""
        self.now += timedelta(milliseconds=300)
        self.state, actions = step(self.brief, self.state, event, self.now)
        self.actions += actions
        return actions

    def feed(self, event: Input) -> list[Action]:
        """One input, and everything it leads to."""
        queue, done = [event], []
        while queue:
            actions = self.tell(queue.pop(0))
            done += actions
            for action in actions:
                match action:
                    case Say():
                        self.said.append(action.text)
                        queue.append(AgentSaid(say_id=action.id, text=action.text))
                    case CallTool() if (result := self._results(action)) is not None:
                        queue.append(result)
                    case Think():
                        queue += self.thoughts(action)
        return done

    def hears(self, *lines: str) -> str:
        """The customer says lines; what the agent replied to the last."""
        before = len(self.said)
        for line in lines:
            before = len(self.said)
            self.feed(Final(text=line))
        return " ".join(self.said[before:])

    def of(self, kind: type[A]) -> list[A]:
        return [action for action in self.actions if isinstance(action, kind)]

    def flags(self) -> list[str]:
        return [flag.kind for flag in self.of(Flag) if not flag.provisional]

    def tool(self, name: str) -> list[dict[str, Any]]:
        return [one.arguments for one in self.of(CallTool) if one.name == name]

    @property
    def end(self) -> End | None:
        ends = self.of(End)
        assert len(ends) <= 1
        return ends[0] if ends else None

    @property
    def suppressed(self) -> int:
        return len(self.of(Suppress))

    @property
    def transfers(self) -> list[Transfer]:
        return self.of(Transfer)


def _done(action: CallTool) -> ToolResult:
    live = bool(action.arguments.get("is_live"))
    return ToolResult(
        tool_id=action.id, ok=True, value={"created": live, "order_number": "ORD-000123" if live else None}
    )


def reply(think: Think, *texts: str, tool: tuple[str, dict[str, Any]] | None = None) -> list[Thought]:
    """A language model's reply in parts."""
    parts = [Thought(think_id=think.id, text=text) for text in texts]
    if tool is not None:
        parts.append(Thought(think_id=think.id, tool=ToolCall(id="c1", name=tool[0], arguments=tool[1])))
    return [*parts, Thought(think_id=think.id, done=True)]
