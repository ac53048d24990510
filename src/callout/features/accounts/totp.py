"""Time-based one-time codes (RFC 6238) and recovery codes."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from io import BytesIO

import pyotp
import segno

from callout.kit.secrets import hash_token

STEP_S = 30
DRIFT_STEPS = 1
RECOVERY_CODES = 10


def new_secret() -> str:
    """A random base32 secret of 160 bits."""
    return pyotp.random_base32()


def otpauth_url(secret: str, *, account: str, issuer: str) -> str:
    """The address an authenticator app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def qr_svg(url: str) -> str:
    """The address as a QR code, an SVG element without XML declaration."""
    out = BytesIO()
    segno.make(url, error="m").save(out, kind="svg", xmldecl=False, scale=4, border=2)
    return out.getvalue().decode()


def matching_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The time step a code belongs to.

    Args:
        secret: base32.
        code: six digits, spaces allowed.
        now: aware time.
        last_step: the newest step already used; it and older ones are refused, so that a code works once.

    Returns:
        The step within one of the current one, or None when the code is wrong or used.
    """
    digits = code.replace(" ", "")
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    current = int(now.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    found = None
    for step in range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1):
        is_same = hmac.compare_digest(totp.at(step * STEP_S), digits)
        if is_same and (last_step is None or step > last_step):
            found = step
    return found


def new_recovery_codes() -> tuple[list[str], list[str]]:
    """Ten fresh codes of 80 bits, readable (`ABCD-EFGH-IJKL-MNOP`), and their hashes to store."""
    codes = []
    for _ in range(RECOVERY_CODES):
        raw = base64.b32encode(secrets.token_bytes(10)).decode()
        codes.append("-".join(raw[start : start + 4] for start in range(0, 16, 4)))
    return codes, [recovery_hash(code) for code in codes]


def recovery_hash(code: str) -> str:
    """The hash of a recovery code however it was typed."""
    return hash_token("recovery:" + "".join(code.upper().replace("-", "").split()))
