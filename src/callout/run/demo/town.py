"""A made-up town to rehearse in: businesses, field workers, and numbers nobody answers. Pure."""

import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

TEST_EXCHANGE = "555"
CITY, STATE, COUNTRY, LAT, LNG, AREA_CODE = "Springfield", "IL", "US", 39.7990, -89.6440, "217"
STREETS = (
    "Oak Street",
    "Maple Avenue",
    "Cedar Lane",
    "Washington Street",
    "Lincoln Avenue",
    "Elm Street",
    "Park Avenue",
)
KINDS = (
    ("Dental Care", "Dentist"),
    ("Family Clinic", "Medical clinic"),
    ("Guest House", "Hotel"),
    ("Bakery", "Bakery"),
    ("Fitness Studio", "Gym"),
    ("Law Office", "Law firm"),
    ("Garden Cafe", "Cafe"),
    ("Pre-School", "School"),
)
FIRST = ("Riverside", "Lakeview", "Northgate", "Prairie", "Capitol", "Sunrise", "Old Mill", "Greenfield", "Union")
BUSINESS_FILES = ("gosom_v43_socal_clinics.csv", "gosom_v34_arizona.csv", "r7avi_contractors_in_new_jersey_usa.csv")


class Worker(NamedTuple):
    """A field worker who signs up in the demonstration."""

    full_name: str
    email_name: str
    phone: str
    services: tuple[str, ...]
    lat: float
    lng: float


WORKERS = (
    Worker("Alex Diaz", "alex", "+12175550141", ("plumbing", "repairs"), LAT + 0.012, LNG - 0.010),
    Worker("Priya Nair", "priya", "+12175550142", ("plumbing", "cleaning"), LAT - 0.020, LNG + 0.015),
    Worker("Sam Okoro", "sam", "+12175550143", ("plumbing", "electrical", "cleaning"), LAT + 0.030, LNG + 0.022),
    Worker("Lena Fischer", "lena", "+12175550144", ("cleaning", "maintenance"), LAT - 0.008, LNG - 0.018),
)


def fictional_number(index: int, area_code: str = AREA_CODE) -> str:
    """A number reserved for fiction (555-0100 to 555-0199), never anybody's phone."""
    return f"+1{area_code}{TEST_EXCHANGE}01{index % 100:02d}"


def generated_businesses(count: int, seed: int) -> bytes:
    """A CSV of a made-up town, in the shape of a map export."""
    chance = random.Random(seed)
    rows = []
    for index in range(count):
        kind, category = KINDS[index % len(KINDS)]
        rows.append(
            {
                "title": f"{chance.choice(FIRST)} {kind} {index + 1}",
                "category": category,
                "address": f"{chance.randint(100, 980)} {chance.choice(STREETS)}, {CITY}, {STATE}",
                "phone": fictional_number(index, area_code=str(201 + index // 100)),
                "review_rating": f"{chance.uniform(2.4, 5):.1f}",
                "review_count": chance.randint(3, 400),
                "latitude": f"{LAT + chance.uniform(-0.06, 0.06):.6f}",
                "longitude": f"{LNG + chance.uniform(-0.06, 0.06):.6f}",
                "place_id": f"demo-{seed}-{index}",
                "timezone": "America/Chicago",
            }
        )
    return _csv(rows, list(rows[0]))


def real_businesses(folder: Path) -> tuple[str, bytes]:
    """Real listings of a data folder with every phone replaced by one reserved for fiction.

    Returns:
        The file's name, and the file as CSV.
    """
    for name in BUSINESS_FILES:
        path = folder / "businesses" / name
        if path.is_file():
            csv.field_size_limit(10_000_000)
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                columns = list(reader.fieldnames or [])
                rows = [dict(row) for row in reader]
            phone = next((column for column in columns if column.lower().startswith("phone")), "phone")
            for index, row in enumerate(rows):
                row.pop(None, None)  # cells beyond the header of a ragged row
                if row.get(phone):
                    row[phone] = fictional_number(index, area_code=str(201 + index // 100))
            return name, _csv(rows, columns)
    raise FileNotFoundError(f"none of {', '.join(BUSINESS_FILES)} in {folder / 'businesses'}")


def _csv(rows: Sequence[dict[str, object]], columns: list[str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
