"""TwiML as the simulated Twilio reads it: verbs with their attributes, one after the other. Pure."""

from xml.etree import ElementTree as ET

import msgspec


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """An element of a document."""

    name: str
    given: dict[str, str]
    text: str = ""
    nouns: tuple["Verb", ...] = ()

    def noun(self, name: str) -> "Verb | None":
        """The first noun of a kind."""
        return next((noun for noun in self.nouns if noun.name == name), None)


class BadDocument(ValueError):  # noqa: N818 - it is what Twilio calls error 12100
    """The document cannot be parsed."""


def verbs_of(document: str) -> list[Verb]:
    """The verbs of a document.

    Raises:
        BadDocument: it is no TwiML.
    """
    if "<!DOCTYPE" in document or "<!ENTITY" in document:
        raise BadDocument("a document type is not allowed")
    try:
        root = ET.fromstring(document.encode())  # noqa: S314 - has no document type, so no entities
    except ET.ParseError as error:
        raise BadDocument(str(error)) from error
    if root.tag != "Response":
        raise BadDocument("the root element is not Response")
    return [_verb(element) for element in root]


def _verb(element: ET.Element) -> Verb:
    return Verb(
        name=element.tag,
        given=dict(element.attrib),
        text=(element.text or "").strip(),
        nouns=tuple(_verb(child) for child in element),
    )
