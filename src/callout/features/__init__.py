"""What the product does, one folder per capability."""

from importlib import import_module
from pkgutil import iter_modules


def all_tables() -> None:
    """Imports the tables of every feature, so that the metadata is complete."""
    import_module("callout.kit.events.tables")
    import_module("callout.kit.http.idempotency")
    import_module("callout.kit.http.limits")
    for feature in iter_modules(__path__):
        package = import_module(f"{__name__}.{feature.name}")
        if any(module.name == "tables" for module in iter_modules(package.__path__)):
            import_module(f"{package.__name__}.tables")
