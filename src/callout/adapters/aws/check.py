"""Checks access keys: SES by the account's sending quota, SNS by its settings for text messages.

Source: Amazon SES API v2 reference, GetAccount; Amazon SNS API reference, GetSMSAttributes; AWS common errors.
"""

import re
from datetime import datetime
from xml.etree import ElementTree as ET

from callout.adapters.aws.sigv4 import signed_headers
from callout.features.api_configs.answers import members, number, text, trouble
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Answer, Ask, Asking, KeyRefused, Unclear, Validation

DEFAULT_REGION = "us-east-1"
_DENIED = re.compile(r"AccessDenied|AuthorizationError|not authorized to perform")
_CLOCK = re.compile(r"Signature expired|RequestExpired|Signature not yet current")
_BUSY = re.compile(r"Throttl|TooManyRequests|Rate exceeded")


class SesCheck:
    """Implements `ProviderCheck` for Amazon SES."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. Keys that may only send are good, although they do not tell what is left."""
        answer = await _signed(credential, ask, now, service="ses", path="/v2/email/account", params={})
        if _refused(answer, "Amazon SES"):
            return Validation(unit="mails", warning="The key may not read the account (ses:GetAccount).")
        told = members(answer, "Amazon SES", refusals=frozenset())
        limit = number(answer.member("SendQuota", "Max24HourSend"))
        sent = number(answer.member("SendQuota", "SentLast24Hours"))
        is_limited = limit is not None and limit >= 0
        left = max(0.0, limit - sent) if is_limited and limit is not None and sent is not None else None
        warning = None
        if told.get("SendingEnabled") is False or told.get("EnforcementStatus") == "SHUTDOWN":
            warning = "Amazon has stopped sending for this account. Look into the SES console."
        elif told.get("ProductionAccessEnabled") is False:
            warning = "The account is still in the SES sandbox: it sends to verified addresses only."
        elif left == 0:
            warning = "The mails of the last 24 hours used up the quota."
        return Validation(
            tier="production" if told.get("ProductionAccessEnabled") else "sandbox",
            quota=limit if is_limited else None,
            remaining=left,
            unit="mails",
            warning=warning,
            details={
                "per_second": number(answer.member("SendQuota", "MaxSendRate")),
                "reputation": text(told.get("EnforcementStatus")),
            },
        )


class SnsCheck:
    """Implements `ProviderCheck` for text messages by Amazon SNS."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. Keys that may only publish are good, although they do not tell the limit."""
        params = {"Action": "GetSMSAttributes", "Version": "2010-03-31"}
        answer = await _signed(credential, ask, now, service="sns", path="/", params=params)
        if _refused(answer, "Amazon SNS"):
            return Validation(unit="USD", warning="The key may not read its settings (sns:GetSMSAttributes).")
        if answer.status != 200:
            trouble(answer, "Amazon SNS")
        attributes = _attributes(answer.text)
        limit = number(attributes.get("MonthlySpendLimit"))
        return Validation(
            quota=limit,
            unit="USD",
            warning="The monthly spending limit is 0." if limit == 0 else None,
            details={"message_type": attributes.get("DefaultSMSType"), "sender": attributes.get("DefaultSenderID")},
        )


async def _signed(
    credential: Credential, ask: Asking, now: datetime, *, service: str, path: str, params: dict[str, str]
) -> Answer:
    url = f"{credential.base_url}{path}"
    headers = signed_headers(
        "GET",
        url,
        params=params,
        body=b"",
        access_key_id=credential.values["access_key_id"],
        secret_access_key=credential.values["secret_access_key"],
        region=str(credential.options.get("region") or DEFAULT_REGION),
        service=service,
        now=now,
    )
    return await ask(Ask(url=url, headers=headers, params=params))


def _refused(answer: Answer, label: str) -> bool:
    """True when the key is good and may only not do this; errors of AWS differ by code, not by status.

    Raises:
        KeyRefused: the key is unknown, inactive or its secret wrong.
        Unclear: our clock is wrong, or AWS is busy.
    """
    if answer.status not in {400, 401, 403}:
        return False
    said = f"{answer.headers.get('x-amzn-errortype', '')} {answer.text[:2000]}"
    if _BUSY.search(said):
        raise Unclear(f"{label} has too much to do right now.", "Try again in a minute.")
    if _CLOCK.search(said):
        raise Unclear("The clock of this server is wrong by more than five minutes.", "Set it, then try again.")
    if _DENIED.search(said):
        return True
    if answer.status == 400 and "InvalidClientTokenId" not in said:
        trouble(answer, label)
    raise KeyRefused(f"{label} does not accept this access key.", "Check both parts, or create a new key in IAM.")


def _attributes(document: str) -> dict[str, str]:
    """The entries of an answer in XML; declarations, which could make it grow, are refused."""
    nonsense = Unclear("Amazon SNS gave an answer that makes no sense.", "Check the address.")
    if "<!" in document:
        raise nonsense
    try:
        root = ET.fromstring(document)  # noqa: S314 - declarations were refused above
    except ET.ParseError as error:
        raise nonsense from error
    found: dict[str, str] = {}
    for entry in root.iter():
        if entry.tag.rpartition("}")[2] == "entry":
            parts = {child.tag.rpartition("}")[2]: child.text or "" for child in entry}
            found[parts.get("key", "")] = parts.get("value", "")
    return found
