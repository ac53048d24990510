"""What Twilio's refusals mean and what a person does about them. Pure.

Source: Twilio error and warning dictionary, https://www.twilio.com/docs/api/errors. Errors are
`{"code": 21211, "message": "…", "more_info": "…", "status": 400}`.
"""

import math
from collections.abc import Mapping

from callout.features.calling.ports import (
    KeyRefused,
    NotThere,
    ProviderFailed,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    Unavailable,
)

LONGEST_MESSAGE = 300
HIDDEN = "[key]"
KEY_REMEDY = "Copy Account SID and Auth Token again from console.twilio.com and save them under Settings, Providers."
ACCOUNT_REMEDY = "Sign in at console.twilio.com: the account is suspended, closed or not active."
MONEY_REMEDY = "Add money to the account at console.twilio.com."
KEYS = frozenset({20003, 20006, 20008, 20101, 20104})
ACCOUNTS = frozenset({10001, 10003, 20005, 30002})
BUSY = frozenset({10004, 14107, 20429, 21611})
"""10004 too many calls at once; 20429 too many requests at once: not carried out, safe to send again."""
REMEDIES: Mapping[int, str] = {
    10002: "A trial account cannot do this. Upgrade it at console.twilio.com.",
    13223: "This is no number that can be called.",
    13224: "This number cannot be called.",
    13225: "Twilio does not let anybody call this number.",
    13227: "Allow this country under Voice, Settings, Geo permissions at console.twilio.com.",
    21210: "The number calls come from is not the account's. Buy or verify it at Twilio, or choose another.",
    21211: "The number to call is not valid. Correct it in the contact.",
    21212: "The number calls come from is not valid. Choose another under Settings, Numbers.",
    21213: "Choose the number calls come from under Settings, Numbers.",
    21214: "This number cannot be reached by phone.",
    21215: "Allow this country under Voice, Settings, Geo permissions at console.twilio.com.",
    21216: "Twilio blocks this number for the account. Ask its support.",
    21217: "The number to call is not valid. Correct it in the contact.",
    21219: "A trial account calls verified numbers only. Verify the number or upgrade at console.twilio.com.",
    21220: "The call is not in progress any more.",
    21606: "The number calls come from cannot do this. Choose another under Settings, Numbers.",
}


def failure_of(
    status: int, code: int | None, told: str, *, token: str, headers: Mapping[str, str], changes: bool = False
) -> ProviderFailed:
    """What an answer other than a good one means.

    Args:
        status: of HTTP.
        code: Twilio's own, if the body held one.
        told: its words.
        token: is taken out of whatever Twilio says.
        headers: of the answer.
        changes: the request was not one that only reads, so a server's error leaves open whether it was carried out.
    """
    words = " ".join((told.replace(token, HIDDEN) if token else told).split()) or "no reason given"
    message = f"Twilio answered {status}: {words}"[:LONGEST_MESSAGE]
    detail = str(code) if code is not None else None
    if status == 429 or code in BUSY:
        return RateLimited(message, detail=detail, retry_after_s=pause_s(headers.get("retry-after", "")))
    if status >= 500 or status == 408 or status < 400:
        return Unavailable(
            message,
            detail=detail,
            retry_after_s=pause_s(headers.get("retry-after", "")),
            may_have_happened=changes,
        )
    if status == 402:
        return _advised(QuotaSpent(message, detail=detail), MONEY_REMEDY)
    if code in ACCOUNTS:
        return _advised(KeyRefused(message, detail=detail), ACCOUNT_REMEDY)
    if status in {401, 403} and (code is None or code in KEYS):
        return _advised(KeyRefused(message, detail=detail), KEY_REMEDY)
    if status in {404, 410}:
        return NotThere(message, detail=detail)
    return _advised(RequestRefused(message, detail=detail), REMEDIES.get(code or 0, ""))


def pause_s(retry_after: str) -> float | None:
    """Seconds a `Retry-After` asks for; None when it names none."""
    try:
        found = float(retry_after)
    except ValueError:
        return None
    return max(0.0, min(found, 86_400.0)) if math.isfinite(found) else None


def _advised(failed: ProviderFailed, remedy: str) -> ProviderFailed:
    failed.remedy = remedy
    return failed
