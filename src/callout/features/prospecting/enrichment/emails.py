"""E-mail addresses in links and texts, also those written to be read by people only. Pure."""

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from callout.features.prospecting.enrichment.domains import site_of
from callout.features.prospecting.enrichment.found import Mention, Where
from callout.features.prospecting.enrichment.words import words

_LOCAL = r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(rf"(?<![A-Za-z0-9._%+-])({_LOCAL})@((?:{_LABEL}\.){{1,6}}[A-Za-z]{{2,24}})(?![A-Za-z0-9-]*@)")
_AT = r"\s*[\[({<]\s*(?:at|ät|a|@|arroba|arobas|arobase|chiocciola|kukac|malpa|zavinac|snabel-?a)\s*[\])}>]\s*"
_DOT = r"(?:\s*[\[({<]\s*(?:dot|punkt|punto|ponto|point|punt|piste|kropka|\.)\s*[\])}>]\s*|\s+dot\s+|\.)"
_HIDDEN = re.compile(rf"({_LOCAL}){_AT}((?:{_LABEL}{_DOT}){{1,5}}[A-Za-z]{{2,12}})\b", re.IGNORECASE)
_WORDS = re.compile(rf"\b({_LOCAL})\s+at\s+((?:{_LABEL}\s+dot\s+){{1,3}}[A-Za-z]{{2,12}})\b", re.IGNORECASE)
_SPACED = re.compile(rf"\b({_LOCAL})\s?@\s?((?:{_LABEL}\.){{1,6}}[A-Za-z]{{2,24}})\b")
_USUAL_END = re.compile(r"\.(?:com|net|org|info|biz|edu|[a-z]{2})$", re.IGNORECASE)
_DOTS = re.compile(_DOT, re.IGNORECASE)
_HEX = re.compile(r"^[0-9a-f]{16,}$|^[0-9a-f]{8}-", re.IGNORECASE)
_CODED = re.compile(r"\\u003[ce]|^u003[ce]|%20", re.IGNORECASE)


def in_text(text: str, where: Where = "text", *, site: str = "") -> Iterator[Mention]:
    """Addresses in running text, also `name [at] host (dot) com`.

    Args:
        text: as people read it.
        where: what is said of the mentions.
        site: the owner's name. `name @ host` with spaces is only read when it is of that site or of free mail, and
            `name at host dot end` only when it is of that site or the end is a usual one.
    """
    text = html.unescape(text.replace("\uff20", "@").replace("\u200b", "").replace("\u00ad", ""))
    for match in _PLAIN.finditer(text):
        yield from _mention(match.group(1), match.group(2), where)
    for match in _SPACED.finditer(text) if "@" in text else ():
        if site_of(match.group(2)) == site or match.group(2).lower() in words().freemail:
            yield from _mention(match.group(1), match.group(2), where)
    for match in _HIDDEN.finditer(text):
        yield from _mention(match.group(1), _DOTS.sub(".", match.group(2)), where)
    for match in _WORDS.finditer(text):
        host = _DOTS.sub(".", match.group(2))
        if site_of(host) == site or _USUAL_END.search(host):
            yield from _mention(match.group(1), host, where)


def in_mailto(href: str) -> Iterator[Mention]:
    """The addresses of a `mailto:` link (RFC 6068), its `to` included."""
    target, _, query = href.strip()[7:].partition("?")
    parts = [target, *(part[3:] for part in query.split("&") if part.lower().startswith("to="))]
    for part in parts:
        yield from in_text(unquote(html.unescape(part)).replace(";", ","), "link")


def protected(code: str) -> str:
    """The address behind a `data-cfemail` code: bytes in hex, the first one is the key of all others.

    Returns:
        The text, or an empty one when the code is none.
    """
    try:
        key, *rest = bytes.fromhex(code.strip())
        return bytes(byte ^ key for byte in rest).decode("utf-8")
    except ValueError:
        return ""


def best(mentions: Iterable[Mention], site: str) -> tuple[str | None, bool]:
    """The address to write to, and whether it is of the site's own domain.

    The site's own domain before anything else, mailboxes for everybody before those of one person, privacy officers and
    recruiters last; then as it is told, then as it comes first.
    """
    ranked = sorted((_rank(mention, site), place, mention.value) for place, mention in enumerate(mentions))
    if not ranked:
        return None, False
    chosen = ranked[0][2]
    return chosen, is_own(chosen, site)


def is_own(email: str, site: str) -> bool:
    """Whether an address is of a site's own domain."""
    return site_of(email.rpartition("@")[2]) == site


def _rank(mention: Mention, site: str) -> tuple[int, int, int]:
    mailbox, _, domain = mention.value.partition("@")
    if site_of(domain) == site:
        belongs = 0
    elif domain in words().freemail:
        belongs = 1
    else:
        belongs = 2  # the group the business belongs to, or whoever made the website
    name = mailbox.rstrip("0123456789")
    use = 0 if name in words().general else 2 if name in words().aside else 1
    return belongs + 3 * (use == 2), use, ("data", "link", "text").index(mention.where)


def _mention(local: str, domain: str, where: Where) -> Iterator[Mention]:
    mailbox, host = _CODED.sub("", local).strip("'.%-_+").lower(), domain.lower().strip(".")
    address = f"{mailbox}@{host}"
    if _is_somebodys(mailbox, host) and len(address) <= 254:
        yield Mention(address, where)


def _is_somebodys(mailbox: str, host: str) -> bool:
    known = words()
    return not (
        not mailbox
        or ".." in mailbox
        or host.rpartition(".")[2] in known.file_endings
        or f"{mailbox}@{host}" in known.placeholder_addresses
        or mailbox in known.placeholder_mailboxes
        or mailbox in known.never
        or _HEX.search(mailbox)
        or any(host == domain or host.endswith(f".{domain}") for domain in known.placeholder_domains)
    )
