"""The demonstration tenant's owner."""

import json

from callout.run.seed import DemoLogin
from tests.e2e.place import Place


def login_of(place: Place) -> DemoLogin:
    """How to sign in, as `callout up` keeps it."""
    return DemoLogin(**json.loads((place.state / "demo.json").read_text("utf-8"))["owner"])
