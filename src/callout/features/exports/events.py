"""Facts exports publish (product specification §9.1)."""

from typing import ClassVar

from callout.kit.events import Event


class ExportProgressed(Event, frozen=True, kw_only=True):
    """More rows are written."""

    type: ClassVar[str] = "export.progress"
    kind: str
    row_count: int
    progress_pct: int


class ExportReady(Event, frozen=True, kw_only=True):
    """The file can be fetched."""

    type: ClassVar[str] = "export.ready"
    kind: str
    format: str
    filename: str
    row_count: int


class ExportFailed(Event, frozen=True, kw_only=True):
    """The file will not be made."""

    type: ClassVar[str] = "export.failed"
    kind: str
    error: str
