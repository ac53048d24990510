"""What may be uploaded for which purpose, by whom, how large, and how it is kept."""

from datetime import timedelta

import msgspec

IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/heic"})
AUDIO = frozenset({"audio/mpeg", "audio/wav", "audio/mp4", "audio/flac", "audio/webm", "audio/ogg"})
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NDJSON = "application/x-ndjson"
TABLES = frozenset({"text/csv", XLSX, NDJSON})
MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE


class Purpose(msgspec.Struct, frozen=True):
    """The rules of one purpose."""

    name: str
    max_bytes: int
    types: frozenset[str] | None = None
    """Accepted by content; None accepts anything."""
    writers: str = "OMA"
    """Role letters that may upload it over HTTP; the system stores anything."""
    keep: timedelta | None = None
    """How long it is kept when not for good."""

    @property
    def is_public(self) -> bool:
        """Whether everybody who knows the URL may read it, for good."""
        return self.name == "app_upload"


PURPOSES: dict[str, Purpose] = {
    purpose.name: purpose
    for purpose in (
        Purpose("order_photo", 10 * MEGABYTE, IMAGES, writers="OMVA"),
        Purpose("avatar", 10 * MEGABYTE, IMAGES, writers="OMVA"),
        Purpose("logo", 10 * MEGABYTE, IMAGES, writers="OM"),
        Purpose("vendor_document", 10 * MEGABYTE, IMAGES | {PDF}, writers="OMVA"),
        Purpose("voice_sample", 50 * MEGABYTE, AUDIO, writers="OM"),
        Purpose("consent_audio", 50 * MEGABYTE, AUDIO, writers="OM"),
        Purpose("voice_preview", 50 * MEGABYTE, AUDIO, writers=""),
        Purpose("csv_import", 50 * MEGABYTE, TABLES, writers="OM", keep=timedelta(days=1)),
        Purpose("import_table", 50 * 1024 * MEGABYTE, TABLES, writers="", keep=timedelta(days=7)),
        Purpose("knowledge", 20 * MEGABYTE, frozenset({PDF, "text/plain", "text/markdown", DOCX}), writers="OM"),
        Purpose("recording", 500 * MEGABYTE, AUDIO, writers=""),
        Purpose("invoice_pdf", 20 * MEGABYTE, frozenset({PDF}), writers=""),
        Purpose("export", 8 * GIGABYTE, None, writers="", keep=timedelta(days=1)),
        Purpose("app_upload", 50 * MEGABYTE, None, writers=""),
    )
}
VIEWER_HIDDEN = frozenset({"recording", "voice_sample", "consent_audio", "export"})
"""Purposes a viewer may not open."""
ROLE_LETTERS = {"owner": "O", "manager": "M", "viewer": "W", "vendor": "V", "agent": "A", "system": "S"}
INLINE_TYPES = IMAGES | AUDIO | {PDF}
"""Types a browser may show in place; everything else is sent as an attachment."""


def may_upload(role: str, purpose: Purpose) -> bool:
    """Whether a role may upload for a purpose."""
    return role == "system" or ROLE_LETTERS.get(role, "?") in purpose.writers


def may_read(role: str, purpose: str, *, is_own: bool) -> bool:
    """Whether a role may read a file of its tenant; vendors read their own."""
    if role == "vendor":
        return is_own
    if role == "viewer":
        return purpose not in VIEWER_HIDDEN
    if role == "agent":
        return purpose != "export"
    return role in {"owner", "manager", "system"}


def shown_inline(purpose: str, content_type: str) -> bool:
    """Whether a browser may render the file in place; of public uploads only our own re-encoded images."""
    if purpose == "app_upload":
        return content_type in IMAGES
    return content_type in INLINE_TYPES
