"""Keeps spreadsheets from running text as a formula, and takes the protection off again.

Spreadsheets evaluate a cell of a CSV file that begins with one of `= + - @ TAB CR` (OWASP, "CSV Injection"); a leading
apostrophe makes it text. Phones in E.164 and plain numbers begin with a sign too, but mean what they say.
"""

import re

STARTS = "=+-@\t\r"
_HARMLESS = re.compile(r"\+[1-9]\d{6,14}|[+-]?\d+(?:\.\d+)?", re.ASCII)
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def is_risky(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula."""
    return text[:1] in STARTS and bool(text) and not _HARMLESS.fullmatch(text)


def guarded(text: str) -> str:
    """The text as a cell that is no formula; text that looks guarded already gets one apostrophe more."""
    if text[:1] == "'":
        return f"'{text}" if _GUARDED.match(text) else text
    return f"'{text}" if is_risky(text) else text


def unguarded(cell: str) -> str:
    """The text `guarded` was given."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell) else cell
