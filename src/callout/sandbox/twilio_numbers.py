"""Numbers the simulated Twilio refuses: its magic test numbers, and what is no number at all. Pure.

Source: https://www.twilio.com/docs/iam/test-credentials and https://www.twilio.com/docs/api/errors.
"""

import re
from collections.abc import Collection

OWN = "+15005550006"
"""The number every account has."""
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_TO = {
    "+15005550001": (21211, "The 'To' number {number} is not a valid phone number."),
    "+15005550002": (21214, "The phone number you provided, {number}, can not be reached."),
    "+15005550003": (
        21215,
        (
            "Account not authorized to call {number}. Perhaps you need to enable some international permissions: "
            "https://www.twilio.com/console/voice/calls/geo-permissions/low-risk"
        ),
    ),
    "+15005550004": (21216, "Account not allowed to call {number}"),
}
_FROM = {
    "+15005550001": (21212, "The 'From' number {number} is not a valid phone number."),
    "+15005550007": (21210, _NOT_VERIFIED := "The source phone number provided, {number}, is not yet verified for your "
                     "account. You may only make calls from phone numbers that you've verified or purchased from "
                     "Twilio."),
}  # fmt: skip


def refused_to(number: str, *, verified_only: bool, verified: Collection[str]) -> tuple[int, str] | None:
    """Why a number is not called: code and words.

    Args:
        number: as asked for.
        verified_only: the account is a trial.
        verified: numbers of the account's owner.
    """
    if not number:
        return 21201, "No 'To' number is specified"
    if number in _TO or not _E164.fullmatch(number):
        code, words = _TO.get(number, _TO["+15005550001"])
        return code, words.format(number=number)
    if verified_only and number not in verified:
        return 21219, f"The number {number} is unverified. Trial accounts may only make calls to verified numbers."
    return None


def refused_from(number: str, *, owned: Collection[str], must_own: bool) -> tuple[int, str] | None:
    """Why nothing is called from a number: code and words.

    Args:
        number: as asked for.
        owned: numbers of the account.
        must_own: else any number counts as verified.
    """
    if not number:
        return 21213, "A 'From' phone number is required."
    if number in _FROM or not _E164.fullmatch(number):
        code, words = _FROM.get(number, _FROM["+15005550001"])
        return code, words.format(number=number)
    if must_own and number not in owned:
        return 21210, _NOT_VERIFIED.format(number=number)
    return None


def country_of(number: str) -> str:
    """The country Twilio would name; "" where it is not one of the few known here."""
    for prefix, country in (("+1", "US"), ("+44", "GB"), ("+49", "DE"), ("+91", "IN"), ("+92", "PK"), ("+33", "FR")):
        if number.startswith(prefix):
            return country
    return ""
