"""Gap-free numbers per tenant and kind of document: orders, invoices, credit notes."""

from sqlalchemy.dialects.postgresql import insert

from callout.features.orders.tables import NumberSeries
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


async def allocate(work: Work, kind: str) -> int:
    """Takes the next number of a series; call it in the transaction that inserts the document.

    The series' row stays locked until that transaction ends, so an undone document gives its number back.

    Args:
        work: the transaction.
        kind: order, invoice or credit_note.
    """
    series = NumberSeries.__table__
    statement = (
        insert(NumberSeries)
        .values(
            id=uuid7(),
            tenant_id=work.tenant_id,
            kind=kind,
            next=2,
            version=1,
            created_at=work.now,
            updated_at=work.now,
            created_by_role=work.principal.role,
        )
        .on_conflict_do_update(
            index_elements=[NumberSeries.tenant_id, NumberSeries.kind],
            set_={"next": series.c.next + 1, "version": series.c.version + 1, "updated_at": work.now},
        )
        .returning(NumberSeries.next - 1)
    )
    return int((await work.session.execute(statement)).scalar_one())


def order_number(number: int) -> str:
    """`ORD-000001`."""
    return f"ORD-{number:06d}"
