"""Reading one page of a website: links, text, structured data. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from callout.features.prospecting.enrichment.domains import host_of, site_of
from callout.features.prospecting.enrichment.emails import in_mailto, in_text, protected
from callout.features.prospecting.enrichment.found import Mention, PageFacts
from callout.features.prospecting.enrichment.linked_data import read_linked_data
from callout.features.prospecting.enrichment.social import profile_of

MOST_LINKS = 3000
MOST_TEXT = 400_000
"""Characters of running text that are looked through."""
_PROTECTED = "/cdn-cgi/l/email-protection#"
_REFRESH = re.compile(r"^\s*\d*\s*[;,]?\s*url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)
_NO_TEXT = ["script", "style", "noscript", "template", "svg", "iframe", "object"]


def read_page(html: str, url: str) -> PageFacts:
    """What a page tells.

    Args:
        html: the page, however broken.
        url: where it came from, for its relative links.
    """
    tree = LexborHTMLParser(html)
    linked = read_linked_data([node.text() for node in tree.css('script[type*="ld+json"]')])
    base = _base(tree, url)
    links = [(urljoin(base, href), words, href) for href, words in _links(tree) if _is_joinable(href)]
    onward = [urljoin(base, href) for href in _onward(tree)]
    site = site_of(host_of(url))
    emails = [mention for text in linked.emails for mention in in_text(text.removeprefix("mailto:"), "data")]
    emails += _linked_emails(tree)
    phones = [Mention(text, "data") for text in linked.phones]
    phones += [Mention(href[4:].strip(), "link") for _, _, href in links if href.lower().startswith("tel:")]
    phones += [Mention(_content(node), "data") for node in tree.css('[itemprop="telephone"]')]
    profiles = [profile_of(address) for address in (*linked.same_as, *(address for address, _, _ in links))]
    tree.strip_tags(_NO_TEXT)
    text = " ".join(tree.body.text(separator=" ")[:MOST_TEXT].split()) if tree.body else ""
    emails += in_text(text, "text", site=site)
    return PageFacts(
        emails=list(dict.fromkeys(emails)),
        profiles=list(dict.fromkeys(profile for profile in profiles if profile)),
        phones=list(dict.fromkeys(phone for phone in phones if phone.value)),
        hours=linked.hours,
        links=list(dict.fromkeys((address, words) for address, words, _ in links if address.startswith("http"))),
        onward=[address for address in dict.fromkeys(onward) if address.startswith("http")],
    )


def _base(tree: LexborHTMLParser, url: str) -> str:
    node = tree.css_first("base[href]")
    href = (node.attributes.get("href") or "") if node else ""
    return urljoin(url, href) if _is_joinable(href) else url


def _links(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    for node in tree.css("a[href], area[href], link[rel~=me]")[:MOST_LINKS]:
        href = (node.attributes.get("href") or "").strip()
        if href:
            label = node.attributes.get("title") or node.attributes.get("aria-label") or ""
            yield href, " ".join(f"{node.text(separator=' ')} {label}".split())[:200]


def _onward(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css('meta[http-equiv="refresh" i]'):
        if match := _REFRESH.match(node.attributes.get("content") or ""):
            yield match.group(1).strip()
    for node in tree.css("frame[src]"):
        yield (node.attributes.get("src") or "").strip()


def _linked_emails(tree: LexborHTMLParser) -> Iterator[Mention]:
    for node in tree.css('a[href^="mailto:" i], area[href^="mailto:" i]'):
        yield from in_mailto(node.attributes.get("href") or "")
    for node in tree.css(f'[data-cfemail], a[href*="{_PROTECTED}"]'):
        code = node.attributes.get("data-cfemail") or (node.attributes.get("href") or "").partition("#")[2]
        yield from in_text(protected(code), "link")
    for node in tree.css('[itemprop="email"], meta[property="og:email"], meta[property="business:contact_data:email"]'):
        yield from in_text(_content(node), "data")


def _content(node: LexborNode) -> str:
    return (node.attributes.get("content") or node.text(separator=" ")).strip()


def _is_joinable(href: str) -> bool:
    try:
        urljoin("http://x/", href)
    except ValueError:
        return False
    return True
