"""Texts with `{variables}`: which they name, and what they say. Pure."""

import re
from collections.abc import Iterable, Mapping
from string import Formatter

import msgspec

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LABELLED = re.compile(r"[^{}:]+: ?\{\w+\}")
_SMS_SINGLE, _SMS_PART = 160, 153
_UCS_SINGLE, _UCS_PART = 70, 67
_GSM = re.compile(r"[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\\[~\]|€]*")


class BrokenTemplate(ValueError):  # noqa: N818 - what it is
    """A text whose braces are not variables; the message says which."""


class Rendered(msgspec.Struct, frozen=True):
    """A finished text, and the variables it names that had no value."""

    text: str
    missing: tuple[str, ...]


def variables_of(text: str) -> set[str]:
    """The variables a text names.

    Raises:
        BrokenTemplate: a brace that stands alone, or anything but a plain name inside braces.
    """
    try:
        fields = list(Formatter().parse(text))
    except ValueError as error:
        raise BrokenTemplate(f"braces do not match: {error}") from None
    names = set()
    for _, name, spec, conversion in fields:
        if name is None:
            continue
        if not _NAME.fullmatch(name) or spec or conversion:
            raise BrokenTemplate(f"{{{name}}} is not a variable")
        names.add(name)
    return names


def unknown_variables(texts: Iterable[str], allowed: frozenset[str]) -> list[str]:
    """Variables that are named but do not exist, sorted."""
    return sorted({name for text in texts for name in variables_of(text)} - allowed)


def render(text: str, values: Mapping[str, object]) -> Rendered:
    """Fills a text; a value that is missing prints nothing, and takes the label of its line along (`Pay: {link}`)."""
    missing: list[str] = []
    lines: list[str] = []
    for line in text.split("\n"):
        parts: list[str] = []
        absent: list[str] = []
        for literal, name, _, _ in Formatter().parse(line):
            parts.append(literal)
            value = values.get(name) if name else ""
            if value is not None and value != "":
                parts.append(str(value))
            elif name:
                absent.append(name)
        missing += absent
        if not (absent and _LABELLED.fullmatch(line)) or line == text:
            lines.append("".join(parts))
    return Rendered(_tidy("\n".join(lines)), tuple(dict.fromkeys(missing)))


def sms_segments(text: str) -> int:
    """How many SMS a text takes (GSM 03.38 alphabet, else UCS-2)."""
    single, part = (_SMS_SINGLE, _SMS_PART) if _GSM.fullmatch(text) else (_UCS_SINGLE, _UCS_PART)
    return 1 if len(text) <= single else -(-len(text) // part)


def _tidy(text: str) -> str:
    """Without the gaps that missing values leave: double spaces and spaces at line ends."""
    lines = (re.sub(r" {2,}", " ", line).rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
