"""The durable stories of an invoice: issue, render, send; and those that waited for the billing profile."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from callout.features.billing import neighbours
from callout.features.billing.context import Billing
from callout.features.billing.delivery import keep_pdf, note_pdf_failed, send_on_issue
from callout.features.billing.issue import give_up, issue_or_wait
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

ATTEMPTS = 5
"""How often a step is tried before the admins are told."""

Action = Callable[[Work, Billing, UUID], Awaitable[Any]]
Step = Callable[[str, str], Awaitable[None]]


def register(flows: Workflows, database: Database, *, billing: Billing) -> None:
    """Registers the workflows of billing."""

    def step(name: str, action: Action) -> Step:
        return _step(flows, database, billing, name, action)

    issue = step("billing.issue", issue_or_wait)
    note_failure = step("billing.give_up", give_up)
    render = step("billing.render", keep_pdf)
    note_render_failure = step("billing.render_failed", note_pdf_failed)
    send = step("billing.send", send_on_issue)

    async def issue_or_give_up(tenant_id: str, order_id: str) -> None:
        try:
            await issue(tenant_id, order_id)
        except Exception:  # noqa: BLE001 - whatever it was, it was tried five times: people must know
            await note_failure(tenant_id, order_id)

    @flows.step("billing.waiting", retries=ATTEMPTS)
    async def waiting(tenant_id: str) -> list[str]:
        async with database.transaction(Principal.system(tenant_id)) as work:
            return [str(order_id) for order_id in await neighbours.waiting_orders(work)]

    @flows.workflow("issue_invoice")
    async def issue_invoice(tenant_id: str, order_id: str) -> None:
        await issue_or_give_up(tenant_id, order_id)

    @flows.workflow("issue_waiting_invoices")
    async def issue_waiting_invoices(tenant_id: str) -> None:
        for order_id in await waiting(tenant_id):
            await issue_or_give_up(tenant_id, order_id)

    @flows.workflow("deliver_invoice")
    async def deliver_invoice(tenant_id: str, invoice_id: str) -> None:
        try:
            await render(tenant_id, invoice_id)
        except Exception:  # noqa: BLE001 - as above; the message still carries the link
            await note_render_failure(tenant_id, invoice_id)
        await send(tenant_id, invoice_id)


def _step(flows: Workflows, database: Database, billing: Billing, name: str, action: Action) -> Step:
    """A durable step that does one action in one transaction; the action is safe to repeat."""

    @flows.step(name, retries=ATTEMPTS)
    async def run(tenant_id: str, noun_id: str) -> None:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await action(work, billing, UUID(noun_id))

    return run
