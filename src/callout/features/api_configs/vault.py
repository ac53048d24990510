"""Sealing and opening the credentials of a tenant; nothing else ever sees them in the clear."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from callout.features.api_configs import store
from callout.features.api_configs.errors import CredentialsLocked
from callout.features.api_configs.specs import ProviderRegistry, ProviderSpec
from callout.features.api_configs.tables import ProviderConfig
from callout.kit.db.work import Work
from callout.kit.secrets import Sealer, UnsealError


async def provider_secret(work: Work, sealer: Sealer, provider: str, field: str) -> str | None:
    """One credential of the tenant in the clear; None when there is none or the provider is switched off."""
    config = await store.find_config(work, provider)
    if config is None or not config.is_active:
        return None
    return unseal(sealer, config, field)


class ProviderSecrets:
    """The same for callers that are handed their means by the composition root."""

    def __init__(self, registry: ProviderRegistry, sealer: Sealer) -> None:
        self._registry = registry
        self._sealer = sealer

    async def secret(self, work: Work, provider: str, field: str) -> str | None:
        """See `provider_secret`."""
        return await provider_secret(work, self._sealer, provider, field)

    async def webhook_secrets(self, work: Work, provider: str) -> list[str]:
        """What a provider's webhooks to this tenant may be signed with; empty when it stored nothing."""
        spec = self._registry.find(provider)
        if spec is None or spec.signs_with is None:
            return []
        found = await self.secret(work, spec.provider, spec.signs_with)
        return [found] if found else []


def seal(sealer: Sealer, tenant_id: UUID, provider: str, values: Mapping[str, str]) -> dict[str, str]:
    """The values, each sealed for its tenant, provider and field: moved elsewhere, none of them opens."""
    return {
        field: sealer.seal(value.encode(), purpose=purpose(tenant_id, provider, field))
        for field, value in values.items()
    }


def unseal(sealer: Sealer, config: ProviderConfig, field: str) -> str | None:
    """One credential in the clear; None when it is not stored."""
    sealed = config.sealed.get(field)
    if sealed is None:
        return None
    return sealer.open(sealed, purpose=purpose(config.tenant_id, config.provider, field)).decode()


def unseal_all(sealer: Sealer, config: ProviderConfig) -> dict[str, str]:
    """Every stored credential in the clear, by field.

    Raises:
        CredentialsLocked: no key of the installation opens one of them.
    """
    try:
        return {field: value for field in config.sealed if (value := unseal(sealer, config, field)) is not None}
    except UnsealError as error:
        raise CredentialsLocked(provider=config.provider) from error


def tail_and_fingerprint(spec: ProviderSpec, values: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The last four characters of the key that is shown, and a hash that tells reuse without telling the key."""
    shown = next((values[field.name] for field in spec.fields if field.tail and field.name in values), None)
    return shown[-4:] if shown else None, fingerprint(values) if values else None


def fingerprint(values: Mapping[str, str]) -> str:
    """The first 16 hex digits of the SHA-256 over all values: the same key stored twice can be told, the key cannot."""
    whole = "\x1f".join(f"{name}={values[name]}" for name in sorted(values))
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def purpose(tenant_id: UUID, provider: str, field: str) -> str:
    """What a sealed credential is bound to."""
    return f"provider:{tenant_id}:{provider}:{field}"
