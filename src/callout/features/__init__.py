"""What the product does, one folder per capability."""

from importlib import import_module
from pkgutil import walk_packages


def all_tables() -> None:
    """Imports the tables of every feature, so that the metadata is complete."""
    import_module("callout.kit.events.tables")
    import_module("callout.kit.http.idempotency")
    import_module("callout.kit.http.limits")
    import_module("callout.kit.pacing")
    for module in walk_packages(__path__, f"{__name__}."):
        if module.name.endswith(".tables"):
            import_module(module.name)
