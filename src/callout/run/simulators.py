"""The provider simulators as one application; apart from the wiring, so that their process starts at once."""

from litestar.types import ASGIApp

from callout.kit.observe.logs import configure_logs
from callout.sandbox import server
from callout.settings import Settings


def application(settings: Settings) -> ASGIApp:
    """All simulators behind one port."""
    configure_logs("sandbox", level=settings.log_level, json=settings.log_format == "json")
    return server.create_app()
