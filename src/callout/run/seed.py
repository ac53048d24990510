"""A business to try things out with: made once per installation, its password kept beside the database."""

import asyncio
import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

import psycopg

from callout.kit.db.database import ALL_TENANTS, TENANT_SETTING
from callout.run.installation import Installation
from callout.settings import Settings

EMAIL = "owner@bright-home.example"
BUSINESS = "Bright Home Services"


class DemoLogin(NamedTuple):
    """How to sign in to the demonstration tenant."""

    email: str
    password: str


def demo_file(settings: Settings) -> Path:
    """Where the login is kept."""
    return settings.state_dir / "demo.json"


def read_login(settings: Settings) -> DemoLogin | None:
    """The login of the demonstration tenant; None when there is none."""
    path = demo_file(settings)
    if not path.exists():
        return None
    return DemoLogin(**json.loads(path.read_text("utf-8"))["owner"])


def seed(installation: Installation) -> DemoLogin | None:
    """Makes the demonstration tenant unless it is there; nothing in production."""
    settings = installation.settings
    if settings.environment == "production":
        return None
    login = read_login(settings) or _new_login(demo_file(settings))
    if not _is_known(installation, login):
        asyncio.run(_found(installation, login))
    return login


def _is_known(installation: Installation, login: DemoLogin) -> bool:
    with psycopg.connect(installation.app_url) as connection:
        connection.execute("SELECT set_config(%s, %s, true)", (TENANT_SETTING, ALL_TENANTS))
        return connection.execute("SELECT 1 FROM users WHERE email = %s", (login.email,)).fetchone() is not None


async def _found(installation: Installation, login: DemoLogin) -> None:
    from callout.features.accounts.sessions import Device  # noqa: PLC0415 - only at the first start
    from callout.features.accounts.sign_up import Founding, sign_up  # noqa: PLC0415
    from callout.run import wiring  # noqa: PLC0415

    founding = Founding(
        email=login.email,
        password=login.password,
        full_name="Olivia Bright",
        business_name=BUSINESS,
        country="US",
        timezone="America/Chicago",
        currency="USD",
        phone="+12175550100",
    )
    made = wiring.build(installation)
    try:
        await sign_up(made.accounts, founding, Device(ip="127.0.0.1", user_agent="callout", name="seed"))
    finally:
        await made.close()


def _new_login(path: Path) -> DemoLogin:
    login = DemoLogin(EMAIL, f"try-{secrets.token_urlsafe(9)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"owner": login._asdict()}, file)
    return login
