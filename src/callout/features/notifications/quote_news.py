"""Quotes agents promised on the phone: what the work costs, in writing."""

from uuid import UUID

from callout.features.calling.calls.ports import Quote
from callout.features.notifications.notify import Notice, notify
from callout.features.notifications.people import customer_recipient
from callout.features.notifications.words import amount
from callout.kit.db.work import Work


class CallQuotes:
    """Implements `QuoteSender` of calls."""

    async def send_quote(self, work: Work, call_id: UUID, quote: Quote) -> bool:
        """Writes the price from the catalogue to the customer, once for a call; without a price nothing is written."""
        if quote.price is None or quote.currency is None:
            return False
        customer = await customer_recipient(
            work, name=quote.customer_name, email=quote.email, phone=quote.phone, language=quote.language
        )
        values = {
            "customer_name": quote.customer_name,
            "service_type": quote.service,
            "price": amount(quote.price, quote.currency, quote.language),
            "description": quote.description,
        }
        messages = await notify(work, Notice(key="quote", noun_id=call_id, values=values), [customer])
        return any(message.status == "queued" for message in messages)
