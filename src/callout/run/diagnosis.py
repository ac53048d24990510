"""What a check found: a plain value with a remedy."""

from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """How a thing stands."""

    OK = "ok"
    SIMULATED = "simulated"
    OFF = "off"
    FAILED = "failed"


class Finding(NamedTuple):
    """One thing, how it stands, and how to mend it."""

    subject: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def is_well(findings: list[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.verdict is not Verdict.FAILED for finding in findings)
