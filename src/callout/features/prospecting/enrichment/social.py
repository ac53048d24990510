"""Profiles in social networks: which links lead to one, in one form. Pure."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from rapidfuzz.fuzz import partial_ratio

from callout.features.prospecting.enrichment.words import words

_NAME = re.compile(r"[\w.\-%@+]{1,100}")


def profile_of(address: str) -> tuple[str, str] | None:
    """The network and canonical address of the profile a link leads to; None when it leads to none.

    Links to share a page, to single posts and to the networks' own pages are none.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return None
    if parts.scheme == "whatsapp":
        return _whatsapp(parts, [])
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    host = parts.hostname.lower().removeprefix("www.").removeprefix("m.").removeprefix("mobile.")
    read = _NETWORKS.get(host) or _NETWORKS.get(host.partition(".")[2])
    if read is None and host.startswith("pinterest."):
        read = _pinterest
    return read(parts, [unquote(part) for part in parts.path.split("/") if part]) if read else None


def chosen(profiles: Iterable[tuple[str, str]], name: str, site: str) -> dict[str, str]:
    """One profile per network: the one whose name is most like the business's or its site's, else the first."""
    stem = site.partition(".")[0]
    by_network: dict[str, list[str]] = {}
    for network, address in profiles:
        by_network.setdefault(network, []).append(address)
    return {
        network: max(addresses, key=lambda address: (_likeness(address, name, stem), -addresses.index(address)))
        for network, addresses in by_network.items()
    }


def _likeness(address: str, name: str, stem: str) -> float:
    handle = _letters(address.rstrip("/").rpartition("/")[2])
    likeness = max(partial_ratio(handle, _letters(name)), partial_ratio(handle, _letters(stem))) if handle else 0.0
    return likeness if likeness >= 70 else 0.0


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _facebook(parts: SplitResult, path: list[str]) -> tuple[str, str] | None:
    if path and path[0] == "profile.php":
        number = parse_qs(parts.query).get("id", [""])[0]
        return ("facebook", f"https://www.facebook.com/profile.php?id={number}") if number.isdigit() else None
    if len(path) >= 3 and path[0] in {"pages", "people"} and path[-1].isdigit():
        return "facebook", f"https://www.facebook.com/{path[-1]}"
    if len(path) >= 2 and path[0] in {"p", "pg"}:
        path = path[1:]
    return _named("facebook", "https://www.facebook.com/", path)


def _named(network: str, base: str, path: list[str], *, most: int = 2) -> tuple[str, str] | None:
    if not path or len(path) > most:
        return None
    name = path[0].removeprefix("@") if network != "tiktok" else path[0]
    if not _is_handle(name):
        return None
    return network, f"{base}{name}"


def _is_handle(name: str) -> bool:
    bare = name.removeprefix("@").lower()
    return bool(
        _NAME.fullmatch(name)
        and bare
        and bare not in words().not_profiles
        and _letters(bare) not in words().other_profiles
    )


def _instagram(_: SplitResult, path: list[str]) -> tuple[str, str] | None:
    return _named("instagram", "https://www.instagram.com/", path)


def _linkedin(_: SplitResult, path: list[str]) -> tuple[str, str] | None:
    if len(path) < 2 or path[0] not in {"company", "in", "school", "showcase"} or not _is_handle(path[1]):
        return None
    return "linkedin", f"https://www.linkedin.com/{path[0]}/{path[1]}"


def _x(_: SplitResult, path: list[str]) -> tuple[str, str] | None:
    return _named("x", "https://x.com/", path, most=1)


def _youtube(_: SplitResult, path: list[str]) -> tuple[str, str] | None:
    if path and path[0].startswith("@") and _is_handle(path[0]):
        return "youtube", f"https://www.youtube.com/{path[0]}"
    if len(path) >= 2 and path[0] in {"channel", "c", "user"} and _is_handle(path[1]):
        return "youtube", f"https://www.youtube.com/{path[0]}/{path[1]}"
    return None


def _tiktok(_: SplitResult, path: list[str]) -> tuple[str, str] | None:
    if not path or not path[0].startswith("@"):
        return None
    return _named("tiktok", "https://www.tiktok.com/", path, most=1)


def _pinterest(_: SplitResult, path: list[str]) -> tuple[str, str] | None:
    return _named("pinterest", "https://www.pinterest.com/", path)


def _threads(_: SplitResult, path: list[str]) -> tuple[str, str] | None:
    return _named("threads", "https://www.threads.net/@", path, most=1)


def _telegram(_: SplitResult, path: list[str]) -> tuple[str, str] | None:
    return None if path and path[0] in {"joinchat", "s"} else _named("telegram", "https://t.me/", path, most=1)


def _whatsapp(parts: SplitResult, path: list[str]) -> tuple[str, str] | None:
    asked = parse_qs(parts.query).get("phone", [""])[0]
    number = "".join(filter(str.isdigit, asked or (path[0] if len(path) == 1 else "")))
    return ("whatsapp", f"https://wa.me/{number}") if 8 <= len(number) <= 15 else None


_NETWORKS: dict[str, Callable[[SplitResult, list[str]], tuple[str, str] | None]] = {
    "facebook.com": _facebook,
    "fb.com": _facebook,
    "fb.me": _facebook,
    "instagram.com": _instagram,
    "linkedin.com": _linkedin,
    "twitter.com": _x,
    "x.com": _x,
    "youtube.com": _youtube,
    "tiktok.com": _tiktok,
    "pinterest.com": _pinterest,
    "threads.net": _threads,
    "threads.com": _threads,
    "t.me": _telegram,
    "wa.me": _whatsapp,
    "whatsapp.com": _whatsapp,
}
