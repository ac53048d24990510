"""What figures of dispatch are about: a span of time, perhaps of one service or one vendor."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_


class Span(NamedTuple):
    """From `start` (inclusive) to `end` (exclusive); one service or all, the jobs one vendor was asked for or all."""

    start: datetime
    end: datetime
    service: str | None = None
    vendor: UUID | None = None

    def holds(self, moment: Any) -> ColumnElement[bool]:
        """SQL for: a moment lies in the span."""
        inside: ColumnElement[bool] = and_(moment >= self.start, moment < self.end)
        return inside

    def about(self, service: Any) -> tuple[ColumnElement[bool], ...]:
        """SQL for: it is the service asked for."""
        return (service == self.service,) if self.service else ()

    def by(self, vendor: Any) -> tuple[ColumnElement[bool], ...]:
        """SQL for: it is the vendor asked for."""
        return (vendor == self.vendor,) if self.vendor else ()
