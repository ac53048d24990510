"""The answers of the source of places, kept for everybody: places are nobody's data."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base
from callout.kit.db.types import Json, Str


class GeocodeAnswer(Base):
    """One remembered answer.

    A query always lives in the same slot, and a newer query of the same slot replaces it, so the table never grows
    beyond the number of slots.
    """

    __tablename__ = "geocode_answers"

    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    query_hash: Mapped[str] = mapped_column(Str(64))
    places: Mapped[list[Any]] = mapped_column(Json)
    expires_at: Mapped[datetime]
