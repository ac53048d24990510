"""Provider credentials over HTTP, for admins."""

from typing import Any

from litestar import Response, Router, delete, get, patch, post

from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import allow
from callout.features.api_configs import inbound_admin_api, store
from callout.features.api_configs.schemas import (
    ConfigInput,
    ConfigPatch,
    RequirementQuery,
    config_view,
    reduced_view,
    requirement_view,
    spec_view,
)
from callout.features.api_configs.service import ApiConfigs
from callout.kit.db.work import Work
from callout.kit.http.models import Filtered
from callout.kit.http.writes import created

PREFIX = "/api/admin/api-configs"
FULL = frozenset({"owner", "manager"})
View = dict[str, Any]


@get("/providers", guards=[allow("provider_config.read")])
async def list_providers(api_configs: ApiConfigs) -> list[View]:
    """Every provider, with what its form asks for."""
    return [spec_view(spec) for spec in api_configs.registry.specs.values()]


@get("/", guards=[allow("provider_config.read")])
async def list_configs(work: Work, api_configs: ApiConfigs) -> list[View]:
    """Where every provider stands, configured or not."""
    configs = await store.all_configs(work)
    views = [
        config_view(name, configs.get(name), api_configs.status(work, name, configs.get(name)))
        for name in api_configs.registry.specs
    ]
    return [_narrowed(work, view) for view in views]


@get("/{provider:str}", guards=[allow("provider_config.read")])
async def show_config(work: Work, provider: str, api_configs: ApiConfigs) -> View:
    """Where one provider stands."""
    name = api_configs.spec(provider).provider
    config = await store.find_config(work, name)
    return _narrowed(work, config_view(name, config, api_configs.status(work, name, config)))


@post("/", guards=[allow("provider_config.create")])
async def put_config(work: Work, data: ConfigInput, api_configs: ApiConfigs) -> Response[Any]:
    """Stores credentials; 200 when they replace earlier ones."""
    config, is_new = await api_configs.put(work, data)
    view = config_view(config.provider, config, api_configs.status(work, config.provider, config))
    return created(view, f"{PREFIX}/{config.provider}") if is_new else Response(view, status_code=200)


@patch("/{provider:str}", guards=[allow("provider_config.update")])
async def change_config(work: Work, provider: str, data: ConfigPatch, api_configs: ApiConfigs) -> View:
    """Changes what is sent."""
    config = await api_configs.change(work, provider, data)
    return config_view(config.provider, config, api_configs.status(work, config.provider, config))


@delete("/{provider:str}", guards=[allow("provider_config.delete")])
async def remove_config(work: Work, provider: str, api_configs: ApiConfigs) -> None:
    """Forgets a provider's credentials."""
    await api_configs.remove(work, provider)


@get("/requirements", guards=[allow("provider_config.read")], filters=RequirementQuery)
async def list_requirements(
    work: Work, api_configs: ApiConfigs, accounts: Accounts, filters: Filtered[RequirementQuery]
) -> list[View]:
    """Which features can work."""
    features = [str(feature) for feature in filters.feature] if filters.feature else None
    url = f"{accounts.public_url}/console/settings/providers"
    return [requirement_view(one, url) for one in await api_configs.requirements(work, features)]


def _narrowed(work: Work, view: View) -> View:
    return view if work.principal.role in FULL else reduced_view(view)


_configs = Router(
    PREFIX,
    route_handlers=[
        *(list_providers, list_configs, show_config, put_config, change_config, remove_config),
        list_requirements,
    ],
    tags=["api-configs"],
)

routers = [_configs, inbound_admin_api.router]
