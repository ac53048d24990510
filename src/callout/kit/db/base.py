"""Base classes of all tables: identity, tenant, authorship, optimistic locking."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from callout.kit.db.types import Id, Json, Money, Str, Timestamp
from callout.kit.ids import uuid7


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Timestamp(),
        UUID: Id,
        Decimal: Money,
        dict[str, Any]: Json,
        list[Any]: Json,
        list[str]: Json,
    }


class Row(Base):
    """A row with an identity and a version: `version` guards against lost updates (StaleDataError on conflict)."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-100)
    created_at: Mapped[datetime] = mapped_column(default=_utc_now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(default=_utc_now, sort_order=91)
    version: Mapped[int] = mapped_column(default=1, sort_order=92)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version if "__table__" in cls.__dict__ else cls.version}


class TenantRow(Row):
    """A row that belongs to one tenant; row-level security repeats the tenant filter."""

    __abstract__ = True

    tenant_id: Mapped[UUID] = mapped_column(index=True, sort_order=-99)
    created_by: Mapped[UUID | None] = mapped_column(sort_order=93)
    created_by_role: Mapped[str | None] = mapped_column(Str(12), sort_order=94)
    updated_by_role: Mapped[str | None] = mapped_column(Str(12), sort_order=95)


class SoftDeleted:
    """Mixin of rows that disappear from lists but stay for history."""

    deleted_at: Mapped[datetime | None] = mapped_column(default=None, sort_order=96)
