"""Secrets move to the newest key while the product runs, and the old key can go."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from callout.features.accounts.resealing import reseal_second_factors
from callout.features.accounts.second_factor import sealed_for
from callout.features.accounts.tables import User
from callout.features.api_configs.resealing import reseal_credentials
from callout.features.api_configs.tables import ProviderConfig
from callout.features.api_configs.vault import purpose, unseal_all
from callout.features.files.links import LinkSigner
from callout.features.orders.links import LinkMaker
from callout.features.orders.tables import SignedLink
from callout.kit.ids import uuid7
from callout.kit.secrets import Sealer, hash_token, key_id
from callout.run.secret_rotation import reseal_all
from tests.features.api_configs.conftest import CONFIGS

FIRST, SECOND = b"0123456789abcdef0123456789abcdef", b"a new secret of this installation"
KEYS = {"elevenlabs": "sk_live_0123456789wxyz", "serpapi": "0123456789abcdef"}


async def furnish(business: Any) -> None:
    for provider, api_key in KEYS.items():
        body = {"provider": provider, "credentials": {"api_key": api_key}, "validate": False}
        assert (await business.owner.post(CONFIGS, json=body)).status_code == 201
    async with business.work() as work:
        user = await work.session.scalar(select(User).where(User.tenant_id == business.tenant_id))
        sealer = business.system.accounts.sealer
        user.totp_secret = sealer.seal(b"JBSWY3DPEHPK3PXP", purpose=sealed_for(user.tenant_id, user.id))


async def opened(business: Any, sealer: Sealer) -> dict[str, str]:
    async with business.work() as work:
        configs = list(await work.session.scalars(select(ProviderConfig)))
        user = await work.session.scalar(select(User).where(User.tenant_id == business.tenant_id))
        found = {config.provider: unseal_all(sealer, config)["api_key"] for config in configs}
        return {**found, "totp": sealer.open(user.totp_secret, purpose=sealed_for(user.tenant_id, user.id)).decode()}


async def test_everything_opens_with_the_newest_key_alone(business: Any, other_business: Any) -> None:
    database = business.system.database
    for tenant in (business, other_business):
        await furnish(tenant)
    both = Sealer.of(SECOND, [FIRST])
    seen = await reseal_all(database, both, dry=True)
    assert seen.resealed == 0
    first = await reseal_all(database, both)
    assert first.resealed >= 6
    own = {str(tenant.tenant_id) for tenant in (business, other_business)}
    assert [one for one in first.unreadable if any(tenant in one for tenant in own)] == []
    assert (await reseal_all(database, both)).resealed == 0
    for tenant in (business, other_business):
        async with tenant.work() as work:
            pages = [await kind(work, both, None, dry=True) for kind in (reseal_credentials, reseal_second_factors)]
        assert [set(page.tally.by_key) for page in pages] == [{key_id(SECOND)}, {key_id(SECOND)}]
        assert await opened(tenant, Sealer.of(SECOND)) == {**KEYS, "totp": "JBSWY3DPEHPK3PXP"}
    shown = await business.owner.get(f"{CONFIGS}/elevenlabs")
    assert shown.json()["secret_tail"] == "wxyz"


async def test_what_changes_meanwhile_is_left_alone(business: Any) -> None:
    await furnish(business)
    both = Sealer.of(SECOND, [FIRST])
    fresh = both.seal(b"sk_changed_0123456789", purpose=purpose(business.tenant_id, "elevenlabs", "api_key"))

    async def reseal() -> int:
        async with business.work() as work:
            return (await reseal_credentials(work, both, None)).tally.resealed

    async with business.work() as other:
        mine = (ProviderConfig.tenant_id == business.tenant_id, ProviderConfig.provider == "elevenlabs")
        await other.session.execute(update(ProviderConfig).where(*mine).values(sealed={"api_key": fresh}))
        resealing = asyncio.create_task(reseal())  # reads the row as it was, and waits for this transaction to write it
        await asyncio.sleep(0.3)
        assert not resealing.done()
    assert await resealing == 1
    assert (await opened(business, both))["elevenlabs"] == "sk_changed_0123456789"


async def test_a_value_no_key_opens_is_named_and_stops_nothing(business: Any) -> None:
    await furnish(business)
    async with business.work() as work:
        await work.session.execute(
            update(ProviderConfig)
            .where(ProviderConfig.tenant_id == business.tenant_id, ProviderConfig.provider == "serpapi")
            .values(sealed={"api_key": Sealer.of(b"a key that was lost long ago").seal(b"x", purpose="y")})
        )
    tally = await reseal_all(business.system.database, Sealer.of(SECOND, [FIRST]))
    assert [line for line in tally.unreadable if str(business.tenant_id) in line] == [
        f"api_key of serpapi, tenant {business.tenant_id}"
    ]
    assert tally.resealed >= 2
    async with business.work() as work:  # other tests look through all tenants
        await work.session.execute(
            update(ProviderConfig).where(ProviderConfig.tenant_id == business.tenant_id).values(sealed={})
        )


async def test_values_named_after_the_place_of_their_key_still_open() -> None:
    old = Sealer({"current": FIRST}, "current").seal(b"x", purpose="p")
    both = Sealer.of(SECOND, [FIRST])
    assert both.open(old, purpose="p") == b"x"
    assert not both.is_current(old)
    assert both.is_current(both.reseal(old, purpose="p"))


def test_links_made_with_the_old_key_hold_while_it_is_known() -> None:
    now, tenant_id, file_id = datetime(2026, 3, 5, tzinfo=UTC), uuid7(), uuid7()
    token = LinkSigner(FIRST, "https://x").url(tenant_id, file_id, now).partition("token=")[2]
    assert LinkSigner(SECOND, "https://x", [FIRST]).read(file_id, token, now).tenant_id == tenant_id
    before = LinkMaker(FIRST, "https://x")
    link = SignedLink(id=uuid7(), kind="status")
    link.token_hash = hash_token(before.token(link.id))
    assert LinkMaker(SECOND, "https://x", (FIRST,)).url(link) == before.url(link)
    assert LinkMaker(SECOND, "https://x").token_of(link) is None
