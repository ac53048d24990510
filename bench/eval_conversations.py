"""Measures the conversation analysis and the scam screening on labelled dialogues: `make eval`.

Reads ../shared/data beside the checkout (or the directory given). Per source: precision, recall, n. Dates, times
and providers are judged on dialogues whose label names them; phones on those in which one was spoken.
`--half dev|check` keeps one half by a hash of the record id, so that rules can be written on one and checked on
the other. `--misses FIELD` lists what was not found.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from callout.features.conversations.analysis import analyse
from callout.features.conversations.model import Analysis, CallContext, ServiceTerm, Turn
from callout.features.conversations.scam import assess

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
ABSENT = 2
SCAM_THRESHOLD = 0.60
CALL_START = datetime(2019, 3, 1, 20, tzinfo=UTC)
ZONE = ZoneInfo("America/Los_Angeles")
SERVICES = tuple(
    ServiceTerm(code, "other", label, tuple(synonyms.split("|")))
    for code, label, synonyms in (
        ("hair_stylist", "Hair stylist", "salon|salons|hair salon|stylist|haircut|hair stylists|hairdresser|barber"),
        ("dentist", "Dentist", "dentists|dental|dental clinic|tooth ache|toothache|dental appointment"),
        ("doctor", "Doctor", "doctors|general practitioner|dermatologist|gynecologist|ophthalmologist|physician"),
        ("therapist", "Therapist", "therapists|psychologist|psychiatrist|counselor|family counselor|psychologists"),
        ("property_visit", "Property visit", "apartment|apartments|house|property|flat|place to live|rental home"),
        ("restaurant", "Restaurant", "restaurants|table|place to eat|dinner|lunch"),
        ("coffee", "Coffee", "latte|mocha|cappuccino|espresso|americano|macchiato|flat white"),
    )
)  # fmt: skip


class Score:
    """Counts of one field in one source."""

    def __init__(self) -> None:
        self.right = self.wrong = self.missed = self.n = 0

    def add(self, gold: Any, found: Any) -> bool:
        """Compare one value; None is absence."""
        self.n += 1
        hit = gold is not None and found == gold
        self.right += hit
        self.wrong += found is not None and not hit
        self.missed += gold is not None and not hit
        return hit or (gold is None and found is None)

    def row(self) -> tuple[str, str, str]:
        """Precision, recall, n."""
        claimed, wanted = self.right + self.wrong, self.right + self.missed
        return _ratio(self.right, claimed), _ratio(self.right, wanted), str(self.n)


class Judged(NamedTuple):
    """One field of one dialogue: what the label says, what was found."""

    field: str
    gold: Any
    found: Any


def main() -> int:
    """Run both measurements and print the tables."""
    options = _options()
    talks = options.data / "conversations" / "conversations.jsonl"
    calls = options.data / "scam" / "scam_calls.jsonl"
    if not talks.is_file() or not calls.is_file():
        print(f"no labelled data in {options.data}: nothing measured", file=sys.stderr)
        return ABSENT
    crashes = _conversations(talks, options) + _scams(calls, options)
    print(f"crashes: {crashes}")
    return 1 if crashes else 0


def _conversations(path: Path, options: argparse.Namespace) -> int:
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    took: list[float] = []
    crashes = 0
    for record in _records(path, options.half):
        turns = _turns(record)
        context = CallContext(started_at=CALL_START, timezone=ZONE.key, services=SERVICES)
        started = time.perf_counter()
        try:
            analysis = analyse(turns, context)
        except Exception:  # noqa: BLE001 - a crash is a result here
            crashes += 1
            traceback.print_exc()
            continue
        took.append((time.perf_counter() - started) * 1000)
        for judged in _judge(record, analysis):
            right = scores[record["source"], judged.field].add(judged.gold, judged.found)
            if not right and options.misses == judged.field:
                print(f"  {record['id']}: label {judged.gold!r}, found {judged.found!r}")
    _table("conversations", scores)
    _print_times("analysis", took)
    return crashes


def _scams(path: Path, options: argparse.Namespace) -> int:
    scores: dict[tuple[str, str], Score] = defaultdict(Score)
    took: list[float] = []
    crashes = 0
    for record in _records(path, options.half):
        turns = _turns(record) if record.get("turns") else [Turn(seq=1, speaker="customer", content=record["text"])]
        started = time.perf_counter()
        try:
            finding = assess(turns, SCAM_THRESHOLD)
        except Exception:  # noqa: BLE001 - a crash is a result here
            crashes += 1
            traceback.print_exc()
            continue
        took.append((time.perf_counter() - started) * 1000)
        gold = True if record["label"] == "scam" else None
        right = scores[record["source"], "scam"].add(gold, True if finding.is_scam else None)
        if not right and options.misses == "scam":
            print(f"  {record['id']}: label {record['label']}, risk {finding.risk_score}")
    _table("scam calls", scores)
    _print_times("screening", took)
    return crashes


def _judge(record: dict[str, Any], analysis: Analysis) -> Iterator[Judged]:
    labels, slots = record["labels"], analysis.slots
    booking = analysis.outcome.booking
    if record["source"] == "multidogo":
        yield Judged("name", _folded(labels["name"]), _folded(slots.customer_name))
    if record["source"] == "multidogo" or labels.get("phone"):
        yield Judged("phone", _digits(labels["phone"]), _phone(analysis, _digits(labels["phone"])))
    when = slots.timeline.from_.astimezone(ZONE) if slots.timeline and slots.timeline.from_ else None
    if record["source"] == "schema-guided-dialogue":
        if labels.get("date"):
            yield Judged("date", labels["date"], when.date().isoformat() if when else None)
        if labels.get("time"):
            yield Judged("time", labels["time"], when.strftime("%H:%M") if when else None)
        if labels.get("service") in {service.code for service in SERVICES}:
            yield Judged("service", labels["service"], slots.service_type)
        if labels.get("provider_name"):
            gold = _folded(labels["provider_name"])
            yield Judged("provider", gold, _provider(analysis, gold))
    if labels["booked"] is not None:
        yield Judged("booked", True if labels["booked"] else None, True if booking.committed else None)
        committed = booking.committed and booking.kind == "appointment"
        yield Judged("appointment booked", True if labels["appointment_booked"] else None, True if committed else None)


def _phone(analysis: Analysis, gold: str | None) -> str | None:
    """The phone found: the right one if it is among those of the talk, else the last."""
    found = [
        _digits(entity.normalised) for note in analysis.notes for entity in note.entities if entity.type == "phone"
    ]
    return gold if gold in found else found[-1] if found else None


def _provider(analysis: Analysis, gold: str | None) -> str | None:
    found = [
        _folded(entity.value)
        for note in analysis.notes
        for entity in note.entities
        if entity.type in ("organization", "person")
    ]
    return gold if gold in found else found[-1] if found else None


def _records(path: Path, half: str | None) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            is_dev = int(hashlib.sha256(record["id"].encode()).hexdigest()[8:16], 16) % 2 == 0
            if half is None or (half == "dev") == is_dev:
                yield record


def _turns(record: dict[str, Any]) -> list[Turn]:
    return [
        Turn(seq=seq, speaker="agent" if turn["speaker"] == "agent" else "customer", content=turn["text"])
        for seq, turn in enumerate(record["turns"])
    ]


def _folded(value: str | None) -> str | None:
    return " ".join(value.casefold().replace(".", " ").replace(",", " ").split()) if value else None


def _digits(value: str | None) -> str | None:
    digits = "".join(char for char in value or "" if char.isdigit())
    return digits[-10:] or None


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _table(title: str, scores: dict[tuple[str, str], Score]) -> None:
    print(f"\n{title:<26}{'field':<20}{'precision':>10}{'recall':>8}{'n':>6}")
    for (source, field), score in sorted(scores.items()):
        precision, recall, n = score.row()
        print(f"{source:<26}{field:<20}{precision:>10}{recall:>8}{n:>6}")


def _print_times(title: str, took: list[float]) -> None:
    if len(took) > 1:
        cuts = statistics.quantiles(took, n=20)
        print(f"{title}: {statistics.median(took):.2f} ms p50, {cuts[18]:.2f} ms p95 a conversation")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--half", choices=("dev", "check"))
    parser.add_argument("--misses", metavar="FIELD")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
