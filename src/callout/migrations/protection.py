"""Row-level security: the database itself refuses rows of another tenant."""

from collections.abc import Iterable

TENANT = "nullif(current_setting('callout.tenant', true), '')"


def protect(table: str, column: str = "tenant_id") -> list[str]:
    """Statements that bind every reader and writer of a table, its owner included, to the tenant of the transaction.

    `callout.tenant` is set by the kit at the start of each transaction; unset means no row at all, `*` means all
    tenants (only while finding out who somebody is).
    """
    rule = f"({column}::text = {TENANT} OR {TENANT} = '*')"
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant_isolation ON "{table}" USING {rule} WITH CHECK {rule}',
    ]


def unprotect(table: str) -> list[str]:
    """Undoes `protect`."""
    return [f'DROP POLICY tenant_isolation ON "{table}"', f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY']


def protect_all(tables: Iterable[str]) -> list[str]:
    """`protect` for many tables."""
    return [statement for table in tables for statement in protect(table)]
