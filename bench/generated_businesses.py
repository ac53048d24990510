"""A file of made-up businesses, the same for the same seed: some tell another again, some have no phone or no name."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator
from pathlib import Path

HEADER = (
    "Name", "Phone Number", "Full Address", "City", "State", "Country", "Category", "Rating", "Reviews Count",
    "Website", "Email", "Latitude", "Longitude", "Place ID", "Opening Hours", "Description",
)  # fmt: skip
AGAIN, SAME_PHONE, NAMELESS, WITHOUT_PHONE = 0.03, 0.01, 0.005, 0.06
"""Shares of rows that tell an earlier place again, share the phone of one, or lack something."""
_FIRST = (
    "Blue",
    "Golden",
    "Old",
    "New",
    "Royal",
    "Green",
    "City",
    "North",
    "Lake",
    "Silver",
    "Grand",
    "Sunny",
    "Harbor",
    "Valley",
    "Prime",
    "Union",
    "Castle",
)
_SECOND = (
    "Oak",
    "River",
    "Stone",
    "Park",
    "Bridge",
    "Hill",
    "Market",
    "Garden",
    "Mill",
    "Rose",
    "Anchor",
    "Star",
    "Fox",
    "Crown",
    "Elm",
    "Pine",
    "Wolf",
    "Lion",
)
_TRADES = ("Plumbing", "Dental Clinic", "Auto Repair", "Roofing", "Bakery", "Hotel", "Gym", "Law Office", "Hair Studio")
_STREETS = ("Main St", "Oak Ave", "2nd St", "Church Rd", "Lake Dr", "Station Rd", "High St", "Park Ave")
_HOURS = (
    "",
    '{"Monday":["9 AM\u20135 PM"],"Tuesday":["9 AM\u20135 PM"],"Saturday":["Closed"]}',
    '{"Monday":["8 AM\u20138 PM"],"Sunday":["10 AM\u20134 PM"]}',
)
_Dice = random.Random
_Shape = Callable[[_Dice], str]


def _american(dice: _Dice) -> str:
    area, exchange, line = dice.randint(201, 989), dice.randint(200, 999), dice.randint(0, 9999)
    return dice.choice(("({}) {}-{:04d}", "+1 {}-{}-{:04d}", "{}-{}-{:04d}", "{} {} {:04d}", "{}.{}.{:04d}")).format(
        area, exchange, line
    )


def _of(*shapes: str) -> _Shape:
    """Numbers of the given shapes; each `#` is a digit."""

    def write(dice: _Dice) -> str:
        return "".join(str(dice.randint(0, 9)) if sign == "#" else sign for sign in dice.choice(shapes))

    return write


_PLACES: tuple[tuple[float, str, str, str, float, float, _Shape], ...] = (
    (0.30, "US", "Texas", "Austin", 30.27, -97.74, _american),
    (0.20, "US", "California", "Los Angeles", 34.05, -118.24, _american),
    (0.10, "US", "New York", "Brooklyn", 40.68, -73.94, _american),
    (0.12, "GB", "England", "London", 51.51, -0.13, _of("+44 20 #### ####", "020 #### ####", "07### ######")),
    (0.10, "DE", "Bayern", "M\u00fcnchen", 48.14, 11.58, _of("+49 89 ########", "089 #######", "0171 #######")),
    (0.06, "FR", "\u00cele-de-France", "Paris", 48.86, 2.35, _of("+33 1 ## ## ## ##", "01 ## ## ## ##")),
    (0.05, "BR", "S\u00e3o Paulo", "S\u00e3o Paulo", -23.55, -46.63, _of("(11) 9####-####", "+55 11 3###-####")),
    (0.04, "PL", "Mazowieckie", "Warszawa", 52.23, 21.01, _of("+48 22 ### ## ##", "22 ### ## ##")),
    (0.03, "TH", "Phuket", "Phuket", 7.89, 98.39, _of("+66 8# ### ####", "08# ### ####")),
)


def write(path: Path, rows: int, seed: int) -> int:
    """Writes a CSV file; returns its bytes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_rows(rows, seed))
    return path.stat().st_size


def _rows(count: int, seed: int) -> Iterator[list[str]]:
    dice = random.Random(seed)
    weights = [place[0] for place in _PLACES]
    for number in range(count):
        again = number and dice.random() < AGAIN
        if again:
            number = dice.randrange(max(0, number - 200_000), number)  # noqa: PLW2901 - an earlier place
        own = random.Random(seed * 1_000_003 + number)
        _, country, state, city, lat, lng, phone = own.choices(_PLACES, weights)[0]
        name = f"{own.choice(_FIRST)} {own.choice(_SECOND)} {own.choice(_TRADES)} {number % 9973}"
        slug = name.lower().replace(" ", "-")
        written = "" if own.random() < WITHOUT_PHONE else phone(own)
        if number and own.random() < SAME_PHONE:
            written = f"(512) 555-{number % 500:04d}"
        yield [
            "" if own.random() < NAMELESS and not again else name,
            written,
            f"{own.randint(1, 9999)} {own.choice(_STREETS)}, {city}",
            city, state, country, own.choice(_TRADES),
            "" if own.random() < 0.1 else f"{own.uniform(2.5, 5):.1f}",
            str(own.randint(0, 900)),
            f"https://{slug}.example/" if own.random() < 0.7 else "",
            f"info@{slug}.example" if own.random() < 0.4 else "",
            f"{lat + own.uniform(-0.3, 0.3):.6f}", f"{lng + own.uniform(-0.3, 0.3):.6f}",
            f"ChIJ{seed % 1000:03d}x{number:015d}",
            own.choice(_HOURS),
            f'{name}: "{own.choice(_TRADES)}" since {own.randint(1950, 2024)}' if own.random() < 0.3 else "",
        ]  # fmt: skip
