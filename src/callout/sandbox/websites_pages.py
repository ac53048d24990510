"""The websites of simulated businesses as HTML: several languages, and many ways to write an address.

What a site is like follows from its host by a hash: always the same, and nothing is stored.
"""

import hashlib
import json
import random
from html import escape
from typing import NamedTuple

KINDS = (
    "mailto", "contact_page", "imprint", "protected", "linked_data", "obfuscated", "freemail", "social_only", "bare",
    "template", "frames", "latin1",
)  # fmt: skip
"""How a site tells, or does not tell, its address."""
_GENERAL = ("info", "hello", "office", "contact", "bookings")
_LEGAL = {"DE": "Impressum", "ES": "Aviso legal", "FR": "Mentions légales", "": "Imprint"}
_CONTACT = {"DE": "Kontakt", "ES": "Contacto", "FR": "Contact", "": "Contact us"}


class Site(NamedTuple):
    """What a website is about."""

    host: str
    name: str
    town: str
    kind: str
    email: str
    phone: str
    language: str
    networks: tuple[str, ...]


def site_of_host(host: str, kind: str | None = None) -> Site:
    """The website behind a host such as `www.harbor-abbott-austin-17.example`."""
    label = host.removeprefix("www.").removesuffix(".example")
    dice = random.Random(hashlib.sha256(label.encode()).digest())
    words = [word.capitalize() for word in label.replace(".", "-").split("-") if not word.isdigit()]
    domain = f"{label.rpartition('.')[2] if '.' in label else label}.example"
    networks = tuple(
        sorted(dice.sample(["facebook", "instagram", "linkedin", "x", "youtube", "tiktok", "whatsapp"], 3))
    )
    chosen = kind or dice.choice(KINDS)
    mailbox = dice.choice(_GENERAL)
    email = (
        f"{label.replace('-', '').replace('.', '')[:24]}@gmail.com" if chosen == "freemail" else f"{mailbox}@{domain}"
    )
    return Site(
        host=host,
        name=" ".join(words[:2]) or "Business",
        town=" ".join(words[2:]) or "Town",
        kind=chosen,
        email=email,
        phone=f"+1 202-555-01{dice.randrange(100):02d}",
        language=dice.choice(["", "", "", "DE", "ES", "FR"]),
        networks=networks,
    )


def page_of(site: Site, path: str) -> str | None:
    """The HTML of a page; None where there is none."""
    place = path.rstrip("/") or "/"
    if place == "/":
        return _home(site)
    if place == "/contact" and site.kind in {"contact_page", "protected", "template", "frames", "latin1"}:
        return _page(site, _CONTACT[site.language], _contact(site))
    if place == "/legal" and site.kind in {"imprint", "obfuscated"}:
        return _page(site, _LEGAL[site.language], _imprint(site))
    if place == "/about":
        return _page(site, "About", f"<p>{site.name} has served {site.town} since 1998.</p>")
    return None


def links_of(site: Site) -> dict[str, str]:
    """Network → profile, as the site links to it."""
    handle = site.name.replace(" ", "").lower()
    known = {
        "facebook": f"https://www.facebook.com/{handle}",
        "instagram": f"https://www.instagram.com/{handle}/?hl=en",
        "linkedin": f"https://www.linkedin.com/company/{handle}/",
        "x": f"https://twitter.com/{handle}",
        "youtube": f"https://www.youtube.com/@{handle}",
        "tiktok": f"https://www.tiktok.com/@{handle}",
        "whatsapp": "https://wa.me/" + "".join(filter(str.isdigit, site.phone)),
    }
    return {network: known[network] for network in site.networks}


def coded(email: str, key: int = 0x42) -> str:
    """An address the way a content network hides it: bytes in hex, the first one the key of all others."""
    return bytes([key, *(byte ^ key for byte in email.encode())]).hex()


def _home(site: Site) -> str:
    if site.kind == "bare":
        return "<html><head><title>Under construction</title></head><body>Coming soon.</body></html>"
    if site.kind == "frames":
        return '<html><frameset rows="20%,80%"><frame src="/about"><frame src="/contact"></frameset></html>'
    body = [f"<h1>{escape(site.name)}</h1><p>Welcome to {escape(site.name)} in {escape(site.town)}.</p>"]
    if site.kind == "mailto":
        body.append(f'<p>Write to <a href="mailto:{site.email}?subject=Hello">{site.email}</a></p>')
    if site.kind == "freemail":
        body.append(f"<p>E-Mail: {site.email}</p>")
    if site.kind == "linked_data":
        body.append(_linked_data(site))
    if site.kind == "template":
        body.append('<p>Email: <b>info@mysite.com</b></p><img src="logo@2x.png" alt="logo@2x.png">')
    return _page(site, site.name, "".join(body))


def _page(site: Site, title: str, body: str) -> str:
    profiles = "".join(f'<a href="{address}" class="icon"></a>' for address in links_of(site).values())
    share = f'<a href="https://www.facebook.com/sharer/sharer.php?u=https://{site.host}/">Share</a>'
    contact = f'<a href="/contact">{_CONTACT[site.language]}</a>'
    legal = f'<a href="legal/">{_LEGAL[site.language]}</a>'
    return (
        f"<!doctype html><html><head><meta charset=utf-8><base href='/'><title>{escape(title)}</title>"
        "<style>a{color:red}</style><script>var dsn='5f1d7a84fd2b4a3c9e0b1a2c3d4e5f60@o1.ingest.sentry.io'</script>"
        f"</head><body><nav><a href='/'>Home</a> <a href='/about'>About us</a> {contact} {legal}</nav>"
        f"{body}<footer>{profiles}{share}<a href='tel:{site.phone}'>{site.phone}</a></footer></body></html>"
    )


def _contact(site: Site) -> str:
    if site.kind == "protected":
        code = coded(site.email)
        return f'<a href="/cdn-cgi/l/email-protection" class="__cf_email__" data-cfemail="{code}">[hidden]</a>'
    if site.kind == "latin1":
        return f"<p>Café Müller: {site.email}</p>"
    return f"<form><input placeholder='you@example.com'></form><p>{site.email}</p>"


def _imprint(site: Site) -> str:
    mailbox, _, domain = site.email.partition("@")
    shown = f"{mailbox} [at] {domain.replace('.', ' [dot] ')}" if site.kind == "obfuscated" else site.email
    return f"<p>{escape(site.name)}<br>{escape(site.town)}<br>E-Mail: {shown}<br>datenschutz@{domain}</p>"


def _linked_data(site: Site) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "LocalBusiness",
        "name": site.name,
        "email": f"mailto:{site.email}",
        "telephone": site.phone,
        "sameAs": list(links_of(site).values()),
        "openingHours": ["Mo-Fr 09:00-17:00", "Sa 10:00-14:00"],
    }
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'
