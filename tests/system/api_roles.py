"""What the API specification's role columns say, row by row."""

import re
from pathlib import Path
from typing import NamedTuple

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ALL_READERS = frozenset("OMWA")


class Said(NamedTuple):
    """One method of one path, and the letters that may use it."""

    method: str
    path: str
    roles: frozenset[str]


def roles_said(text: str) -> list[Said]:
    """The endpoints of the tables whose role column is plain letters; rows with words in it are left out."""
    found: list[Said] = []
    prefix, is_table = "", False
    for line in text.splitlines():
        if line.startswith("##"):
            named = re.search(r"`(/api/[a-z/-]+?)`", line)
            prefix, is_table = (named[1] if named else ""), False
        elif line.startswith("| Endpoint"):
            is_table = "| Roles |" in line
            if named := re.search(r"prefix `(/api/[a-z/-]+)`", line):
                prefix = named[1]
        elif is_table and line.startswith("| ") and not line.startswith("|---"):
            endpoint, roles = (cell.strip() for cell in line.split("|")[1:3])
            found += _row(prefix, endpoint, roles)
    return found


def _row(prefix: str, endpoint: str, roles: str) -> list[Said]:
    groups = [_letters(part) for part in roles.split("·")]
    if any(group is None for group in groups):
        return []
    waiting: list[tuple[str, str | None]] = []
    method = ""
    for part in re.split(r"\s·\s", endpoint):
        words = part.split()
        if words and words[0] in METHODS:
            method, words = words[0], words[1:]
        waiting.append((method, words[0].strip(",") if words and words[0].startswith("/") else None))
    if len(groups) not in {1, len(waiting)}:
        return []
    said = []
    for position, (verb, path) in enumerate(waiting):
        chosen = path or next((other for _, other in waiting[position:] + waiting if other), None)
        group = groups[0] if len(groups) == 1 else groups[position]
        if chosen is not None and group is not None:
            said.append(Said(verb, tidy(prefix + chosen), group))
    return said


def _letters(part: str) -> frozenset[str] | None:
    part = part.strip().removeprefix("read ").removeprefix("write ").strip()
    if part == "R":
        return ALL_READERS
    return frozenset(part.split()) if re.fullmatch(r"[OMWVACUP]( [OMWVACUP])*", part) else None


def tidy(path: str) -> str:
    """A path whose parameters have no names."""
    return re.sub(r"\{[^}]*\}", "{}", re.sub(r"\[/\{[a-z]+\}\]", "", path)).rstrip("/")


def specification() -> Path:
    """The file beside the checkout."""
    return Path(__file__).resolve().parents[3] / "shared" / "spec" / "api.md"
