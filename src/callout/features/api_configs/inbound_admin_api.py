"""Where providers deliver their webhooks, and a new secret address when the old one leaked."""

from typing import Any

from litestar import Router, get, post

from callout.features.accounts.business import rotate_webhook_token
from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_store import own_tenant
from callout.features.api_configs import store
from callout.features.api_configs.service import ApiConfigs
from callout.features.api_configs.specs import ProviderSpec
from callout.kit.db.work import Work

PREFIX = "/api/admin/api-configs"
View = dict[str, Any]


@get("/inbound", guards=[allow("provider_config.read", roles="OM")])
async def list_inbound(work: Work, api_configs: ApiConfigs, accounts: Accounts) -> list[View]:
    """The webhook address of every provider that signs its webhooks."""
    token = (await own_tenant(work)).webhook_token
    return await _addresses(work, api_configs, accounts, token)


@post("/inbound/rotate", guards=[allow("tenant.rotate_webhook_token", roles="O")], status_code=200)
async def rotate_inbound(work: Work, api_configs: ApiConfigs, accounts: Accounts) -> list[View]:
    """Gives the tenant new addresses; the old ones end at once."""
    return await _addresses(work, api_configs, accounts, await rotate_webhook_token(work))


async def _addresses(work: Work, api_configs: ApiConfigs, accounts: Accounts, token: str) -> list[View]:
    configs = await store.all_configs(work)

    def has_secret(spec: ProviderSpec) -> bool:
        config = configs.get(spec.provider)
        return config is not None and spec.signs_with in config.sealed

    return [
        {
            "provider": spec.provider,
            "url": f"{accounts.public_url}/api/shared/webhooks/{spec.provider}/{token}",
            "secret_set": has_secret(spec),
        }
        for spec in api_configs.registry.specs.values()
        if spec.signs_with is not None
    ]


router = Router(PREFIX, route_handlers=[list_inbound, rotate_inbound], tags=["Inbound webhooks"])
