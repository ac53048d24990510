"""The SQL of provider credentials."""

from sqlalchemy import select

from callout.features.api_configs.tables import ProviderConfig
from callout.kit.db.work import Work


async def find_config(work: Work, provider: str, *, lock: bool = False) -> ProviderConfig | None:
    """The tenant's configuration of a provider."""
    query = select(ProviderConfig).where(
        ProviderConfig.tenant_id == work.tenant_id, ProviderConfig.provider == provider
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: ProviderConfig | None = await work.session.scalar(query)
    return found


async def all_configs(work: Work) -> dict[str, ProviderConfig]:
    """The tenant's configurations by provider."""
    rows = await work.session.scalars(select(ProviderConfig).where(ProviderConfig.tenant_id == work.tenant_id))
    return {row.provider: row for row in rows}
