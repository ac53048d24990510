"""Durable work of numbers: the provider is told who answers them, however often it has to be tried."""

from uuid import UUID

from callout.features.calling.numbers.answering import ANSWER, NumberAnswering
from callout.kit.workflows import Workflows


def register(flows: Workflows, answering: NumberAnswering) -> None:
    """Registers the workflow of numbers."""

    @flows.step("numbers.answer", retries=8, interval_s=2)
    async def answer(tenant_id: str, number_id: str) -> None:
        await answering.run(UUID(tenant_id), UUID(number_id))

    @flows.workflow(ANSWER)
    async def answer_number(tenant_id: str, number_id: str) -> None:
        await answer(tenant_id, number_id)
