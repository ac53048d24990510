"""Webhook signatures of Twilio: HMAC-SHA1 over the address and the sorted fields, base64. Pure.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security. A body that is no form is covered by its SHA-256
in the query (`bodySHA256`). There is no time in it: replays are harmless only because what a webhook does may be done
again.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit, urlunsplit

HEADER = "x-twilio-signature"
BODY_HASH = "bodySHA256"
_FORM = "application/x-www-form-urlencoded"
_PORTS = {"https": 443, "http": 80}


def sign(token: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> str:
    """The signature of a request.

    Args:
        token: the account's auth token.
        url: as Twilio requested it, with its query.
        fields: of the form, in any order; equal ones count once.
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def is_genuine(token: str, urls: Sequence[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether Twilio sent this, in constant time.

    Args:
        token: the account's auth token.
        urls: the addresses the request may have been sent to; each is tried with and without its port.
        headers: names in lower case.
        body: the bytes as received.
    """
    given = headers.get(HEADER, "").strip().encode()
    fields: list[tuple[str, str]] = []
    is_covered = True
    if headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM:
        fields = _fields(body)
    elif body:
        is_covered = all(_is_hashed(url, body) for url in urls)
    found = False
    for url in urls:
        for spelled in spellings(url):
            found |= hmac.compare_digest(sign(token, spelled, fields).encode(), given)
    return found and is_covered and bool(token)


def spellings(url: str) -> list[str]:
    """An address without and with its port: Twilio signs one or the other."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port or _PORTS.get(parts.scheme, 443)
    plain = host if parts.port in {None, _PORTS.get(parts.scheme)} else f"{host}:{port}"
    found = [url, _at(parts, plain), _at(parts, host), _at(parts, f"{host}:{port}")]
    return list(dict.fromkeys(found))


def _at(parts: SplitResult, place: str) -> str:
    return urlunsplit((parts.scheme, place, parts.path, parts.query, ""))


def _is_hashed(url: str, body: bytes) -> bool:
    told = parse_qs(urlsplit(url).query).get(BODY_HASH, [""])[0]
    return hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), told.lower().encode())


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=500)
    except (UnicodeDecodeError, ValueError):
        return []
