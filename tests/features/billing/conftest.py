"""Billing with its real typesetter and object store."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.features.billing.house import Business, House, PostBox, build

from callout.adapters.object_store import UrlObjectStore
from callout.adapters.typst_pdf import TypstRenderer
from callout.features.billing.context import Billing
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.orders.links import LinkMaker
from callout.kit.db.database import Database

SECRET = b"an installation secret for tests"


@pytest.fixture
async def house(database: Database, tmp_path: Path, serve: Any) -> AsyncIterator[House]:
    renderer = TypstRenderer()
    mail = PostBox()
    files = Files(UrlObjectStore(tmp_path.as_uri()), LinkSigner(SECRET, "http://callout.test"))
    links = LinkMaker(key=SECRET, base_url="http://callout.test")
    billing = Billing(renderer=renderer, files=files, links=links, mail=mail)
    built = build(database, billing, mail)
    await serve(built.app)
    yield built
    await built.close()
    await renderer.close()


@pytest.fixture
async def business(house: House) -> Business:
    return await house.found()
