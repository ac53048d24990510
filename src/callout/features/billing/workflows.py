"""The durable stories of an invoice: issue, render, send; and those that waited for the billing profile."""

from uuid import UUID

from callout.features.billing import neighbours
from callout.features.billing.context import Billing
from callout.features.billing.delivery import keep_pdf, note_pdf_failed, send_on_issue
from callout.features.billing.issue import give_up, issue_or_wait
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

ATTEMPTS = 5
"""How often a step is tried before the admins are told."""


def register(flows: Workflows, database: Database, *, billing: Billing) -> None:
    """Registers the workflows of billing."""
    steps = Steps(database, billing)
    issue = flows.step("billing.issue", retries=ATTEMPTS)(steps.issue)
    give_up_on = flows.step("billing.give_up", retries=ATTEMPTS)(steps.give_up)
    waiting = flows.step("billing.waiting", retries=ATTEMPTS)(steps.waiting)
    render = flows.step("billing.render", retries=ATTEMPTS)(steps.render)
    render_failed = flows.step("billing.render_failed", retries=ATTEMPTS)(steps.render_failed)
    send = flows.step("billing.send", retries=ATTEMPTS)(steps.send)

    async def issue_or_give_up(tenant_id: str, order_id: str) -> None:
        try:
            await issue(tenant_id, order_id)
        except Exception:  # noqa: BLE001 - whatever it was, it was tried five times: people must know
            await give_up_on(tenant_id, order_id)

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
            await render_failed(tenant_id, invoice_id)
        await send(tenant_id, invoice_id)


class Steps:
    """What the workflows do, each one transaction and safe to repeat."""

    def __init__(self, database: Database, billing: Billing) -> None:
        self.database = database
        self.billing = billing

    async def issue(self, tenant_id: str, order_id: str) -> None:
        """Issues the invoice of a completed order, or lets the order wait."""
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await issue_or_wait(work, self.billing, UUID(order_id))

    async def give_up(self, tenant_id: str, order_id: str) -> None:
        """Notes that an invoice could not be made."""
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await give_up(work, self.billing, UUID(order_id))

    async def waiting(self, tenant_id: str) -> list[str]:
        """The orders that wait for the billing profile, first completed first."""
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            return [str(order_id) for order_id in await neighbours.waiting_orders(work)]

    async def render(self, tenant_id: str, invoice_id: str) -> None:
        """Makes and keeps the PDF."""
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await keep_pdf(work, self.billing, UUID(invoice_id))

    async def render_failed(self, tenant_id: str, invoice_id: str) -> None:
        """Notes that a PDF could not be made."""
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await note_pdf_failed(work, self.billing, UUID(invoice_id))

    async def send(self, tenant_id: str, invoice_id: str) -> None:
        """Sends a new document."""
        async with self.database.transaction(Principal.system(tenant_id)) as work:
            await send_on_issue(work, self.billing, UUID(invoice_id))
