"""SendGrid's signed event webhook: who sent it, and what it says about our messages.

Source: Twilio SendGrid, "Event Webhook reference" and "Event Webhook security features": the signature is ECDSA
(P-256, SHA-256, DER, base64) over the timestamp header followed by the raw body, checked with the account's public key.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from callout.adapters.sendgrid.mailer import MESSAGE_ARG
from callout.features.notifications.receipts import Receipt, ReceiptKind
from callout.kit.timed_hmac import TOLERANCE_S, Verdict

SIGNATURE_HEADER = "x-twilio-email-event-webhook-signature"
TIMESTAMP_HEADER = "x-twilio-email-event-webhook-timestamp"

_KINDS: Mapping[str, ReceiptKind] = {
    "delivered": "delivered",
    "open": "read",
    "click": "read",
    "bounce": "failed",
    "dropped": "failed",
}
_HARD = {"Bounced Address", "Invalid"}


def check_signature(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Verdict:
    """Implements `SignatureCheck`; the secrets are the account's public keys, base64 of DER."""
    at = headers.get(TIMESTAMP_HEADER, "")
    try:
        signature = base64.b64decode(headers.get(SIGNATURE_HEADER, ""), validate=True)
    except binascii.Error:
        return "bad_signature"
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        return "bad_signature"
    if not any(_verifies(key, signature, at.encode() + body) for key in secrets):
        return "bad_signature"
    return "ok" if abs(now.timestamp() - int(at)) <= TOLERANCE_S else "stale"


def read_receipts(payload: Any) -> list[Receipt]:
    """What a batch of events says about messages; events without an effect are left out."""
    rows = payload if isinstance(payload, list) else [payload]
    return [receipt for row in rows if isinstance(row, Mapping) and (receipt := _receipt(row))]


def _receipt(row: Mapping[str, Any]) -> Receipt | None:
    kind = _KINDS.get(str(row.get("event")))
    if kind is None:
        return None
    return Receipt(
        kind=kind,
        at=_time(row.get("timestamp")),
        message_id=_uuid(row.get(MESSAGE_ARG)),
        external_id=_sent_id(row),
        reason=_reason(row),
        hard_bounce=kind == "failed" and (_permanent(row) or row.get("reason") in _HARD),
    )


def _sent_id(row: Mapping[str, Any]) -> str | None:
    """`X-Message-Id` of the send call: the part of `sg_message_id` before the filter's name."""
    found = row.get("sg_message_id")
    return str(found).split(".filter", 1)[0].split(".recvd", 1)[0] if found else None


def _permanent(row: Mapping[str, Any]) -> bool:
    return row.get("event") == "bounce" and row.get("type", "bounce") == "bounce"


def _reason(row: Mapping[str, Any]) -> str | None:
    found = row.get("reason") or row.get("response")
    return str(found)[:300] if found else None


def _time(value: Any) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if isinstance(value, (int, float)) and 0 <= value < 4102444800 else None


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None


def _verifies(key: str, signature: bytes, signed: bytes) -> bool:
    try:
        public = load_der_public_key(base64.b64decode(key))
        if not isinstance(public, ec.EllipticCurvePublicKey):
            return False
        public.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, binascii.Error):
        return False
    return True
