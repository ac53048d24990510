"""Measures the suggestion of duplicates on labelled pairs of real listings: part of `make eval`.

Reads ../shared/data/businesses beside the checkout (or the directory given). Whether two rows are one place is told by
the ids of the listings alone (`place_id`, `cid`, or the id within the link); which rows are paired is told by file,
position and letters. Kinds of pairs:

- told twice: the same id in two files.
- one row and itself as another source might write it: another legal form, abbreviations, no phone, coordinates up to
  80 m off, no accents, a typing error, other word order, no coordinates, several of these at once.
- two ids: neighbours in one building, everything else within 150 m, namesakes within 2 km, and the branch next door
  (the name of a listing at the address of its neighbour).

`--misses KIND` lists what was decided wrongly. `--limit N` takes every n-th row only.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
import re
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid5

from callout.features.prospecting.identity.pairing import pairs_among
from callout.features.prospecting.identity.similarity import Profile, likeness
from callout.kit.geo import haversine_km
from callout.kit.text.phones import parse_phone

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
ABSENT = 2
SPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
COUNTRIES = {
    "socal": "US", "orange": "US", "truncated": "US", "arizona": "US", "phuket": "TH", "bucharest": "RO",
    "pl_": "PL", "br_": "BR", "new_jersey": "US", "new_york": "US", "turkey": "TR", "london": "GB",
}  # fmt: skip
FORMS = {
    "US": ("LLC", "Inc.", "Corp."), "TH": ("Co., Ltd.", "Company Limited"), "RO": ("S.R.L.", "SRL"),
    "PL": ("Sp. z o.o.", "S.C."), "BR": ("Ltda", "ME"), "TR": ("Ltd. Şti.", "A.Ş."), "GB": ("Ltd", "Limited"),
}  # fmt: skip
SHORT = {
    "Street": "St", "Avenue": "Ave", "Road": "Rd", "Boulevard": "Blvd", "Drive": "Dr", "Suite": "Ste", "North": "N",
    "South": "S", "East": "E", "West": "W", "Highway": "Hwy", "Parkway": "Pkwy", "Strada": "Str.",
}  # fmt: skip
LONG = {short: long for long, short in SHORT.items()}
ENDS = {
    "United States": "US",
    "Thailand": "TH",
    "România": "RO",
    "Brazil": "BR",
    "Türkiye": "TR",
    "United Kingdom": "GB",
}
JITTER_KM = 0.08
_FORM = re.compile(r",?\s+(LLC|Inc\.?|Corp\.?|Ltd\.?|S\.?R\.?L\.?|Ltda|sp\. z o\.o\.)$", re.IGNORECASE)


class Listing(NamedTuple):
    """One row: whose it is by its ids, where it stood, what it says."""

    label: str
    file: str
    country: str
    profile: Profile


class Pair(NamedTuple):
    """Two profiles, whether they are one place, and why they were paired."""

    kind: str
    is_same: bool
    first: Profile
    second: Profile


def main() -> int:
    """Print the tables."""
    options = _options()
    folder = options.data / "businesses"
    if not folder.is_dir():
        print(f"no listings in {options.data}: nothing measured", file=sys.stderr)
        return ABSENT
    listings = list(_listings(folder))[:: options.limit]
    started = time.perf_counter()
    pairs = [*_told_twice(listings), *_rewritten(listings), *_strangers(listings), *_next_door(listings)]
    print(f"\nduplicates: {len(listings)} listings, {len({one.label for one in listings})} places, {len(pairs)} pairs")
    _judge(pairs, options.misses)
    _all_against_all(listings)
    print(f"took {time.perf_counter() - started:.1f} s")
    return 0


def _judge(pairs: list[Pair], misses: str | None) -> None:
    counts: dict[tuple[bool, str], list[int]] = defaultdict(lambda: [0, 0])
    for pair in pairs:
        suggested = likeness(pair.first, pair.second) is not None
        tally = counts[not pair.is_same, pair.kind]
        tally[0] += 1
        tally[1] += suggested
        if suggested != pair.is_same and misses == pair.kind:
            print(f"  {_said(pair.first)}\n  {_said(pair.second)}\n")
    print(f"{'kind':<34}{'pairs':>8}{'suggested':>11}{'right':>8}")
    for (is_other, kind), (n, suggested) in sorted(counts.items()):
        right = n - suggested if is_other else suggested
        print(f"{kind:<34}{n:>8}{suggested:>11}{right / n:>8.3f}")
    found = sum(tally[1] for (is_other, _), tally in counts.items() if not is_other)
    wanted = sum(tally[0] for (is_other, _), tally in counts.items() if not is_other)
    wrong = sum(tally[1] for (is_other, _), tally in counts.items() if is_other)
    print(f"precision {_ratio(found, found + wrong)}  recall {_ratio(found, wanted)}  n {len(pairs)}")


def _all_against_all(listings: list[Listing]) -> None:
    """What the search itself suggests among all listings, each place of a file once."""
    label_of = {one.profile.id: one.label for one in listings}
    profiles = [one.profile for one in listings]
    found = pairs_among(profiles, [])
    right = sum(label_of[pair.first_id] == label_of[pair.second_id] for pair in found)
    wanted = sum(math.comb(count, 2) for count in Counter(label_of.values()).values())
    print(f"search among all: precision {_ratio(right, len(found))}  recall {_ratio(right, wanted)}  n {len(found)}")


def _told_twice(listings: list[Listing]) -> Iterator[Pair]:
    by_label = defaultdict(list)
    for one in listings:
        by_label[one.label].append(one)
    for told in by_label.values():
        for index, one in enumerate(told):
            for other in told[index + 1 :]:
                if one.file != other.file:
                    yield Pair("same id in two files", True, one.profile, other.profile)


def _rewritten(listings: list[Listing]) -> Iterator[Pair]:
    seen = set()
    for one in listings:
        if one.label in seen:
            continue
        seen.add(one.label)
        chance = random.Random(one.label)
        for kind, rewrite in REWRITES.items():
            other = rewrite(one, chance)
            if other is not None and _values(other) != _values(one.profile):
                yield Pair(kind, True, one.profile, _with(other, id=uuid5(SPACE, f"{one.label}{kind}")))


def _strangers(listings: list[Listing]) -> Iterator[Pair]:
    places = list({one.label: one.profile for one in listings if one.profile.lat is not None}.values())
    places.sort(key=lambda one: one.lat or 0)
    for index, one in enumerate(places):
        for other in places[index + 1 :]:
            if (other.lat or 0) - (one.lat or 0) > 0.02:
                break
            apart = haversine_km(one.lat or 0, one.lng or 0, other.lat or 0, other.lng or 0)
            alike = _letters(one.name) == _letters(other.name) or _shared_words(one.name, other.name)
            if apart <= 2 and alike:
                yield Pair("two ids: namesakes within 2 km", False, one, other)
            elif apart <= 0.02:
                yield Pair("two ids: one building (20 m)", False, one, other)
            elif apart <= 0.15:
                yield Pair("two ids: within 150 m", False, one, other)


def _next_door(listings: list[Listing]) -> Iterator[Pair]:
    """A chain's branch at the address of a neighbour: the same name, another house, no phone told."""
    places = list({one.label: one.profile for one in listings if one.profile.lat is not None}.values())
    for one in places:
        for other in places:
            if one.address and other.address and _number(one.address) != _number(other.address) and _near(one, other):
                branch = _with(other, name=one.name, phone=None, website=one.website)
                yield Pair("two ids: a branch next door", False, one, branch)
                break


def _near(one: Profile, other: Profile) -> bool:
    if abs((one.lat or 0) - (other.lat or 0)) > 0.0014:
        return False
    return 0.02 < haversine_km(one.lat or 0, one.lng or 0, other.lat or 0, other.lng or 0) <= 0.15


def _number(address: str) -> str:
    found = re.search(r"\d+", address)
    return found.group() if found else ""


def _shared_words(first: str, second: str) -> bool:
    one, other = set(first.casefold().split()), set(second.casefold().split())
    return len(one & other) / len(one | other) >= 0.75


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _legal_form(one: Listing, chance: random.Random) -> Profile:
    return _with(one.profile, name=f"{_FORM.sub('', one.profile.name)} {chance.choice(FORMS[one.country])}")


def _abbreviated(one: Listing, _: random.Random) -> Profile | None:
    if not one.profile.address:
        return None
    words = {**SHORT, **LONG}
    return _with(one.profile, address=re.sub(r"\b\w+\b", lambda word: words.get(word[0], word[0]), one.profile.address))


def _moved(one: Listing, chance: random.Random) -> Profile | None:
    if one.profile.lat is None or one.profile.lng is None:
        return None
    km, angle = chance.uniform(0.01, JITTER_KM), chance.uniform(0, 2 * math.pi)
    lat = one.profile.lat + km * math.cos(angle) / 111.195
    return _with(
        one.profile, lat=lat, lng=one.profile.lng + km * math.sin(angle) / 111.195 / math.cos(math.radians(lat))
    )


def _plain(one: Listing, _: random.Random) -> Profile:
    table = str.maketrans("łŁıđĐøØ", "lLidDoO")
    bare = [
        "".join(mark for mark in unicodedata.normalize("NFD", text.translate(table)) if not 0x300 <= ord(mark) < 0x370)
        for text in (one.profile.name, one.profile.address or "")
    ]
    return _with(one.profile, name=bare[0], address=bare[1] or None)


def _mistyped(one: Listing, chance: random.Random) -> Profile | None:
    name = one.profile.name
    spots = [index for index in range(1, len(name) - 1) if name[index : index + 2].isalpha()]
    if len(name) < 12 or not spots:
        return None
    spot = chance.choice(spots)
    return _with(one.profile, name=f"{name[:spot]}{name[spot + 1]}{name[spot]}{name[spot + 2 :]}")


def _reordered(one: Listing, _: random.Random) -> Profile:
    words = one.profile.name.split()
    return _with(one.profile, name=" ".join([*words[1:], words[0]]))


def _unplaced(one: Listing, _: random.Random) -> Profile | None:
    return None if not one.profile.address else _with(one.profile, lat=None, lng=None)


def _several(one: Listing, chance: random.Random) -> Profile:
    profile = one.profile
    for rewrite in (_legal_form, _abbreviated, _moved, _plain):
        profile = rewrite(one._replace(profile=profile), chance) or profile
    return _with(profile, phone=None)


REWRITES: dict[str, Callable[[Listing, random.Random], Profile | None]] = {
    "another legal form": _legal_form,
    "street abbreviated or spelled out": _abbreviated,
    "phone missing": lambda one, _: _with(one.profile, phone=None),
    "coordinates 10 to 80 m off": _moved,
    "accents dropped": _plain,
    "two letters of the name swapped": _mistyped,
    "words of the name in other order": _reordered,
    "coordinates missing": _unplaced,
    "several of these": _several,
}


def _with(profile: Profile, **changes: object) -> Profile:
    return Profile(**{**{name: getattr(profile, name) for name in Profile.__struct_fields__}, **changes})


def _values(profile: Profile) -> tuple[object, ...]:
    return tuple(getattr(profile, name) for name in Profile.__struct_fields__ if name != "id")


def _listings(folder: Path) -> Iterator[Listing]:
    csv.field_size_limit(10_000_000)
    for path in sorted(folder.iterdir()):
        country = next((code for part, code in COUNTRIES.items() if part in path.name), "US")
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as lines:
                rows = list(csv.DictReader(lines))
        elif path.suffix == ".ndjson":
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        else:
            continue
        for number, row in enumerate(rows):
            if (one := _listing(path.name, number, country, row)) is not None:
                yield one


def _listing(file: str, number: int, country: str, row: dict[str, object]) -> Listing | None:
    def told(*names: str) -> str:
        return next((text for name in names if (text := str(row.get(name) or "").strip())), "")

    name, label = told("title", "name", "Names"), _label(told("place_id"), told("cid"), told("link", "Google Link"))
    if not name or not label:
        return None
    lat, lng = (
        _degrees(told("latitude", "lat", "Latitude")),
        _degrees(told("longitude", "lon", "longtitude", "Longitude")),
    )
    return Listing(
        label, file, country,
        Profile(
            id=uuid5(SPACE, f"{file}:{number}"), name=name[:200], lat=lat, lng=lng if lat is not None else None,
            address=told("address", "Address")[:300] or None, phone=_phone(told("phone", "Phone Number"), country),
            website=told("website", "web_site", "Website") or None,
            country=ENDS.get(told("address", "Address").rsplit(",", 1)[-1].strip(), country),
        ),
    )  # fmt: skip


def _label(place_id: str, cid: str, link: str) -> str:
    if place_id:
        return place_id
    for pattern in (r"!19s([\w-]+)", r"!1s(0x[0-9a-f]+:0x[0-9a-f]+)"):
        if found := re.search(pattern, link):
            return found.group(1)
    return cid


def _degrees(text: str) -> float | None:
    try:
        return float(text) or None
    except ValueError:
        return None


def _phone(text: str, country: str) -> str | None:
    try:
        return parse_phone(text, country) if text else None
    except ValueError:
        return None


def _said(profile: Profile) -> str:
    return " | ".join(str(part) for part in _values(profile))


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--misses", help="a kind of pairs whose wrong decisions are listed")
    parser.add_argument("--limit", type=int, default=1, help="every n-th listing only")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
