"""Provider credentials over HTTP, for admins."""

from typing import Any

from litestar import Response, Router, delete, get, patch, post

from callout.features.accounts.permissions import allow
from callout.features.api_configs import inbound_admin_api, store, usage_admin_api
from callout.features.api_configs.schemas import (
    CheckInput,
    ConfigInput,
    ConfigPatch,
    RequirementQuery,
    config_view,
    proof_view,
    reduced_view,
    requirement_view,
    spec_view,
)
from callout.features.api_configs.service import ApiConfigs
from callout.features.api_configs.tables import ProviderConfig
from callout.features.api_configs.webhooks import admin_api as webhooks_admin_api
from callout.kit.db.work import Work
from callout.kit.http.limits import RateLimits
from callout.kit.http.models import Filtered
from callout.kit.http.writes import created

PREFIX = "/api/admin/api-configs"
CHECKS_PER_MINUTE = 30
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
    views = [_view(work, api_configs, name, configs.get(name)) for name in api_configs.registry.specs]
    return [_narrowed(work, view) for view in views]


@get("/{provider:str}", guards=[allow("provider_config.read")])
async def show_config(work: Work, provider: str, api_configs: ApiConfigs) -> View:
    """Where one provider stands."""
    name = api_configs.spec(provider).provider
    config = await store.find_config(work, name)
    return _narrowed(work, _view(work, api_configs, name, config))


@post("/", guards=[allow("provider_config.create")])
async def put_config(work: Work, data: ConfigInput, api_configs: ApiConfigs, limits: RateLimits) -> Response[Any]:
    """Stores credentials the provider accepts, or could not be asked about; 200 when they replace earlier ones."""
    await _pace(work, limits)
    config, is_new = await api_configs.put(work, data)
    view = _view(work, api_configs, config.provider, config)
    return created(view, f"{PREFIX}/{config.provider}") if is_new else Response(view, status_code=200)


@patch("/{provider:str}", guards=[allow("provider_config.update")])
async def change_config(
    work: Work, provider: str, data: ConfigPatch, api_configs: ApiConfigs, limits: RateLimits
) -> View:
    """Changes what is sent; the provider is asked again when credentials or options change."""
    await _pace(work, limits)
    config = await api_configs.change(work, provider, data)
    return _view(work, api_configs, config.provider, config)


@delete("/{provider:str}", guards=[allow("provider_config.delete")])
async def remove_config(work: Work, provider: str, api_configs: ApiConfigs) -> None:
    """Forgets a provider's credentials."""
    await api_configs.remove(work, provider)


@post("/{provider:str}/validate", guards=[allow("provider_config.validate", roles="OM")], status_code=200)
async def validate_config(work: Work, provider: str, api_configs: ApiConfigs, data: CheckInput | None = None) -> View:
    """Asks the provider whether it accepts the stored key, or the one sent; a key that is sent is not stored."""
    credentials = data.credentials if data is not None else None
    proof = await api_configs.prove(work, provider, credentials)
    name = proof.credential.provider
    if credentials is not None:
        status = "active" if proof.verdict.outcome == "valid" else "invalid"
    else:
        status = api_configs.access.status(work, name, await store.find_config(work, name))
    return proof_view(proof, status)


@get("/requirements", guards=[allow("provider_config.read")], filters=RequirementQuery)
async def list_requirements(work: Work, api_configs: ApiConfigs, filters: Filtered[RequirementQuery]) -> list[View]:
    """Which features can work."""
    features = [str(feature) for feature in filters.feature] if filters.feature else None
    access = api_configs.access
    return [requirement_view(one, access.setup_url) for one in await access.requirements(work, features)]


def _view(work: Work, api_configs: ApiConfigs, name: str, config: ProviderConfig | None) -> View:
    access = api_configs.access
    return config_view(name, config, access.status(work, name, config), access.source(name, config))


async def _pace(work: Work, limits: RateLimits) -> None:
    """Providers are asked for people: often enough for them, too seldom to look around with."""
    await limits.hit("provider_checks", str(work.tenant_id), limit=CHECKS_PER_MINUTE, window_s=60)


def _narrowed(work: Work, view: View) -> View:
    return view if work.principal.role in FULL else reduced_view(view)


_configs = Router(
    PREFIX,
    route_handlers=[
        *(list_providers, list_configs, show_config, put_config, change_config, remove_config),
        *(validate_config, list_requirements),
    ],
    tags=["api-configs"],
)

routers = [_configs, inbound_admin_api.router, usage_admin_api.router, webhooks_admin_api.router]
