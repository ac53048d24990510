"""Rows of importing: what of a file was not taken, and why."""

from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class ImportReject(TenantRow):
    """A row of a file that was not taken, as it was written."""

    __tablename__ = "import_rejects"
    __table_args__ = (Index("uq_import_rejects_row", "tenant_id", "job_id", "row", unique=True),)

    job_id: Mapped[UUID]
    row: Mapped[int]
    """Its number as a person counts it."""
    field: Mapped[str] = mapped_column(Str(40))
    """What the reason is about; `row` when it is the row as such."""
    code: Mapped[str] = mapped_column(Str(40))
    message: Mapped[str] = mapped_column(Str(300))
    cells: Mapped[list[str]]
