"""What exports refuse, and why."""

from callout.kit.errors import Conflict, Gone


class ExportExpired(Gone):
    """The file was kept as long as the settings say."""

    code = "export_expired"
    title = "Export expired"
    default_detail = "This export has expired. Make a new one."


class ExportNotReady(Conflict):
    """The file is still being made, or could not be made."""

    title = "Export not ready"
    default_detail = "This export is not ready yet. Wait until its status is ready."


class ExportAbandonedError(Exception):
    """Making a file stops: it was deleted, its business closed, or another attempt took over."""

    def __init__(self, reason: str | None = None) -> None:
        """`reason` is what the export shall say; None where it is no longer ours to say anything."""
        self.reason = reason
        super().__init__(reason)
