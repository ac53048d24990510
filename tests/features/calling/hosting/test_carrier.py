"""A person of the business is brought in only once they have answered, and never left ringing for nothing."""

from typing import Any

import pytest

from callout.features.calling.hosting.carrier import TelephonyCarrier
from callout.features.calling.ports import Conference, NotThere, ProviderCall, ProviderFailed

CUSTOMER, PERSON = "CA-customer", "CA-person"


class Exchange:
    """An account with two calls, each of which stands by turns as it was arranged."""

    def __init__(self, person: list[str], customer: list[str] | None = None, refuses: bool = False) -> None:
        self.stands = {PERSON: person, CUSTOMER: customer or ["in_progress"]}
        self.refuses = refuses
        self.done: list[str] = []

    async def call(self, external_id: str) -> ProviderCall:
        stands = self.stands[external_id]
        return self._shown(external_id, stands.pop(0) if len(stands) > 1 else stands[0])

    async def dial_into(self, conference: Conference, **_: Any) -> ProviderCall:
        self.done.append(f"dial into {conference.name}")
        return self._shown(PERSON, "dialing")

    async def redirect(self, external_id: str, conference: Conference) -> None:
        if self.refuses:
            raise ProviderFailed("no")
        self.done.append(f"move to {conference.name}")

    async def end_call(self, external_id: str) -> None:
        self.done.append(f"end {external_id}")

    @staticmethod
    def _shown(external_id: str, status: Any) -> ProviderCall:
        return ProviderCall(external_id=external_id, status=status, raw_status=status, to="+1", from_number="+2")


def carrier(exchange: Exchange) -> TelephonyCarrier:
    return TelephonyCarrier(exchange, CUSTOMER, status_url="", look_every_s=0)  # type: ignore[arg-type]


async def test_the_customer_is_moved_when_the_person_has_answered() -> None:
    exchange = Exchange(["dialing", "ringing", "in_progress"])
    await carrier(exchange).take_over("+13055550111")
    assert exchange.done == [f"dial into call-{CUSTOMER}", f"move to call-{CUSTOMER}"]


@pytest.mark.parametrize(
    "exchange",
    [
        Exchange(["ringing", "no_answer"]),
        Exchange(["busy"]),
        Exchange(["ringing"], customer=["in_progress", "in_progress", "completed"]),
        Exchange(["in_progress"], refuses=True),
    ],
)
async def test_where_they_cannot_be_brought_together_nobody_goes_on_ringing(exchange: Exchange) -> None:
    with pytest.raises(ProviderFailed):
        await carrier(exchange).take_over("+13055550111")
    assert exchange.done == [f"dial into call-{CUSTOMER}", f"end {PERSON}"]


async def test_nobody_is_called_for_a_customer_who_has_gone() -> None:
    exchange = Exchange(["in_progress"], customer=["completed"])
    with pytest.raises(NotThere):
        await carrier(exchange).take_over("+13055550111")
    assert exchange.done == []
