"""What billing refuses, and why."""

from callout.kit.errors import Conflict, Forbidden, Problem, Unprocessable


class RenderingFailed(Problem):
    """A document could not be set; trying again does not help."""

    code = "internal"
    status = 500
    title = "Document not rendered"
    default_detail = "The document could not be turned into a PDF."


class ProfileMissing(Unprocessable):
    """There is no billing profile yet."""

    title = "Business information missing"
    default_detail = "Save your business information under Billing first."


class PriceRequired(Unprocessable):
    """The order has no price."""

    code = "price_required"
    title = "Price required"
    default_detail = "This order has no price yet."


class Overpayment(Unprocessable):
    """More than the balance."""

    code = "overpayment"
    title = "Overpayment"
    default_detail = "The amount is higher than what is still to be paid."


class NotBillable(Conflict):
    """The order cannot be billed in its present state."""

    title = "Not billable"
    default_detail = "Only a completed service order can be billed."


class InvoiceClosed(Conflict):
    """The invoice is credited, or is itself a credit note."""

    title = "Invoice closed"
    default_detail = "This document takes no further change."


class AlreadyReversed(Conflict):
    """The payment was reversed before, or is itself a reversal."""

    code = "already_exists"
    title = "Already reversed"
    default_detail = "This payment was reversed before."


class DueDateFixed(Conflict):
    """The due date was extended before."""

    title = "Already extended"
    default_detail = "The due date of a document can be extended once."


class CurrencyLocked(Conflict):
    """The currency cannot change after the first invoice."""

    code = "currency_locked"
    title = "Currency locked"
    default_detail = "The currency is fixed since the first invoice."


class SeriesStarted(Conflict):
    """Numbers of this series are in use."""

    title = "Series started"
    default_detail = "The next number can only be set before the first document."


class InvoiceHidden(Forbidden):
    """The tenant does not show invoices to vendors."""

    default_detail = "This business does not share invoices with vendors."


class NothingToCredit(Conflict):
    """More than what is left of the invoice's total."""

    title = "Nothing left to credit"
    default_detail = "The amount is higher than what is left to credit."
