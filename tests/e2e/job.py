"""Plays the main job by its command and looks at what it leaves."""

import re
from datetime import UTC, datetime
from pathlib import Path

import soundfile
from pypdf import PdfReader

from tests.e2e.place import Place

CUSTOMER, TOTAL = "Anna Reyes", "346.40"
_DONE = re.compile(r"^Done\. (?P<customer>.+), (?P<number>INV-\d{4}), (?P<total>[\d.]+) USD$", re.MULTILINE)


def play(place: Place, *options: str) -> str:
    """Runs `callout demo`, checks its end and its invoice, and returns the invoice's number."""
    out = place.state.parent / "invoices"
    played = place.call("demo", "--out", str(out), *options)
    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-3000:]
    done = _DONE.search(played.stdout)
    assert done is not None, played.stdout
    assert (done["customer"], done["total"]) == (CUSTOMER, TOTAL)
    invoice = out / f"{done['number']}.pdf"
    assert played.stdout.rstrip().endswith(str(invoice))
    text = text_of(invoice)
    assert all(said in text for said in (CUSTOMER, done["number"], TOTAL)), text
    if "nobody may be called at this hour" in played.stdout:
        assert datetime.now(UTC).hour in {11, 12}, "somewhere between Puerto Rico and Guam it is day"
    elif "--no-call" not in options:
        hears_a_talk(out)
    return done["number"]


def hears_a_talk(out: Path) -> None:
    """The recording of the phone call has sound in it, for as long as a booking takes."""
    (recording,) = out.glob("call-*.wav")
    sound, rate = soundfile.read(recording)
    assert len(sound) > 15 * rate
    assert abs(sound).max() > 0.05


def text_of(path: Path) -> str:
    """The text of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)
