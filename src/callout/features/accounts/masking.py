"""Who sees phones and e-mail addresses masked, and cannot find them out by searching either."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_

from callout.features.accounts.tenant_settings import tenant_settings
from callout.kit.db.work import Work


async def sees_masked(work: Work) -> bool:
    """True for viewers, unless the business shows them everything."""
    return work.principal.role == "viewer" and bool((await tenant_settings(work))["security.mask_pii_for_viewers"])


def found_by(text: str, shown: Sequence[Any], hidden: Sequence[Any], *, masked: bool) -> ColumnElement[bool]:
    """Rows with a text in one of some columns, letter case aside.

    Args:
        text: as asked for.
        shown: columns everybody reads.
        hidden: phones and e-mail addresses. Who sees them masked must name them in full, so that nobody guesses them
            piece by piece.
        masked: from `sees_masked`.
    """
    parts = [column.icontains(text, autoescape=True) for column in shown]
    parts += [column == text if masked else column.icontains(text, autoescape=True) for column in hidden]
    return or_(*parts)
