"""What we depend on may be used under Apache-2.0: no GPL, no AGPL; LGPL and MPL only where listed."""

import re
from importlib.metadata import distributions
from pathlib import Path

WEAK_COPYLEFT = {
    "psycopg": "LGPL-3.0, unmodified wheel: DBOS keeps its tables through it",
    "psycopg-binary": "LGPL-3.0, unmodified wheel: DBOS keeps its tables through it",
    "num2words": "LGPL, unmodified wheel: Pipecat speaks numbers with it",
    "soxr": "LGPL-2.1, unmodified wheel: Pipecat resamples sound with it",
    "certifi": "MPL-2.0, unmodified wheel: the list of certificate authorities",
    "hypothesis": "MPL-2.0, tests only",
    "pathspec": "MPL-2.0, tools only",
    "tqdm": "MPL-2.0 and MIT",
}
LOCK = Path(__file__).resolve().parents[2] / "requirements" / "dev.txt"


def licence_of(metadata: object) -> str:
    fields = [metadata.get("License-Expression"), metadata.get("License")]  # type: ignore[attr-defined]
    fields += metadata.get_all("Classifier") or []  # type: ignore[attr-defined]
    return " | ".join(
        field.splitlines()[0] for field in fields if field and ("License" in field or field in fields[:2])
    )


def test_no_dependency_forbids_what_we_do() -> None:
    locked = {
        re.sub(r"[-_.]+", "-", name).lower()
        for name in re.findall(r"^([A-Za-z0-9_.-]+)==", LOCK.read_text(), re.MULTILINE)
    }
    checked = 0
    for distribution in distributions():
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
        if name not in locked:
            continue
        checked += 1
        licence = licence_of(distribution.metadata)
        assert (
            not re.search(r"\bA?GPL|Affero|(?<!Lesser )General Public License", licence)
            or "LGPL" in licence
            or "Lesser" in licence
        ), f"{name}: {licence}"
        if re.search(r"LGPL|Lesser General|MPL|Mozilla", licence):
            assert name in WEAK_COPYLEFT, f"{name} is {licence}: list it with a reason, or do without it"
    assert checked > 50
