"""Files over HTTP."""

from tests.features.billing.conftest import business, house

__all__ = ["business", "house"]
