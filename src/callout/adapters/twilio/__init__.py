"""Twilio: phone calls, and what its webhooks tell of them."""

from callout.adapters.twilio.reports import TwilioReports
from callout.adapters.twilio.telephony import TwilioTelephony

__all__ = ["TwilioReports", "TwilioTelephony"]
