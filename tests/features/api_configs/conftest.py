"""The same services as the tests of vendors."""

from tests.features.vendors.conftest import business, other_business, system

__all__ = ["business", "other_business", "system"]
