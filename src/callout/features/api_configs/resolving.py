"""Which key a tenant's work uses: its own, the installation's, or a simulator's; the one place that decides."""

from collections.abc import Mapping
from typing import Any

from callout.features.api_configs import rehearsing, store, vault
from callout.features.api_configs.credential import Credential, Default, Source
from callout.features.api_configs.errors import ApiKeysRequired
from callout.features.api_configs.specs import ProviderRegistry, ProviderSpec
from callout.features.api_configs.standing import (
    REQUIREMENTS,
    Rehearsal,
    Requirement,
    Status,
    Stored,
    requirement,
    source_of,
    status_of,
    usable_status,
)
from callout.features.api_configs.tables import ProviderConfig
from callout.kit.db.work import Work
from callout.kit.secrets import Sealer

Configs = Mapping[str, ProviderConfig]


class ProviderAccess:
    """Finds keys and says what is missing. Every answer is one indexed query: never stale, so nothing is cached."""

    def __init__(
        self,
        registry: ProviderRegistry,
        sealer: Sealer,
        rehearsal: Rehearsal,
        *,
        defaults: Mapping[str, Default] | None = None,
        simulators_url: str = "",
        setup_url: str = "",
    ) -> None:
        """Takes the means.

        Args:
            registry: the known providers.
            sealer: opens stored credentials.
            rehearsal: which providers may be simulated.
            defaults: the installation's own keys, by provider.
            simulators_url: where simulators answer, each under its provider's name.
            setup_url: the page where an owner stores keys.
        """
        self.registry = registry
        self.rehearsal = rehearsal
        self.setup_url = setup_url
        self._sealer = sealer
        self._defaults = defaults or {}
        self._simulators_url = simulators_url.rstrip("/")

    async def credential_of(self, work: Work, provider: str) -> Credential | None:
        """The key for one provider; None when there is none and no simulator may stand in.

        A key the provider refused is still handed out, marked `is_refused`: what waits for it must not fall to another.
        """
        spec = self.registry.find(provider)
        if spec is None:
            return None
        return self._credential(spec, await store.find_config(work, spec.provider))

    async def best_of(self, work: Work, capability: str) -> Credential | None:
        """The key to use for a capability: the tenant's by priority, then the installation's, then a simulator's.

        Refused keys come last.
        """
        configs = await store.all_configs(work)
        found = [
            (key, configs.get(name))
            for name in self.registry.able_to(capability)
            if (key := self._credential(self.registry.specs[name], configs.get(name))) is not None
        ]
        order = ("tenant", "installation", "simulator")

        def rank(pair: tuple[Credential, ProviderConfig | None]) -> tuple[bool, int, int]:
            key, config = pair
            return key.is_refused, order.index(key.source), config.priority if config else 0

        return min(found, key=rank)[0] if found else None

    async def require_feature(self, work: Work, feature: str) -> Requirement:
        """Says how a feature stands.

        Args:
            work: of the tenant.
            feature: a key of `standing.REQUIREMENTS`.

        Raises:
            ApiKeysRequired: providers are missing and may not be simulated.
        """
        found = requirement(feature, self._usable(work, await store.all_configs(work)))
        if not found.ready:
            raise self._lacking(found.missing_providers)
        return found

    async def require_provider(self, work: Work, provider: str) -> Credential:
        """The key of one certain provider.

        Raises:
            ApiKeysRequired: there is none, or the provider refused it.
        """
        found = await self.credential_of(work, provider)
        if found is None or found.is_refused:
            raise self._lacking([provider])
        return found

    async def requirements(self, work: Work, features: list[str] | None = None) -> list[Requirement]:
        """Whether features are ready; all of them unless named."""
        statuses = self._usable(work, await store.all_configs(work))
        return [requirement(feature, statuses) for feature in features or REQUIREMENTS]

    def status(self, work: Work, provider: str, config: ProviderConfig | None) -> Status:
        """The status of a provider with this stored configuration."""
        has_default = self._has_default(provider)
        return status_of(provider, _stored(config), self.rehearsal, work.now, has_default=has_default)

    def source(self, provider: str, config: ProviderConfig | None) -> Source | None:
        """Whose key is used with this stored configuration; None when there is none."""
        return source_of(provider, _stored(config), self.rehearsal, has_default=self._has_default(provider))

    def proposed(self, spec: ProviderSpec, values: Mapping[str, str], options: Mapping[str, Any]) -> Credential:
        """Credentials that are not stored yet, as they would be used."""
        if self.rehearsal.is_forced and self.rehearsal.covers(spec.provider):
            return self._at_simulator(spec, values, options)
        return self._at_provider(spec, values, options, source="tenant")

    def stored(self, spec: ProviderSpec, config: ProviderConfig) -> Credential:
        """Stored credentials, whether or not they are switched on."""
        return self.proposed(spec, vault.unseal_all(self._sealer, config), config.options)

    def _credential(self, spec: ProviderSpec, config: ProviderConfig | None) -> Credential | None:
        source = self.source(spec.provider, config)
        if source == "tenant" and config is not None:
            values = vault.unseal_all(self._sealer, config)
            is_refused = config.is_valid is False
            return self._at_provider(spec, values, config.options, source="tenant", is_refused=is_refused)
        if source == "installation":
            default = self._defaults[spec.provider]
            return self._at_provider(spec, default.values, default.options, source="installation")
        return self._at_simulator(spec, rehearsing.values_for(spec), {}) if source == "simulator" else None

    def _at_simulator(self, spec: ProviderSpec, values: Mapping[str, str], options: Mapping[str, Any]) -> Credential:
        return Credential(
            provider=spec.provider,
            values=values,
            options={name: value for name, value in options.items() if name != "base_url"},
            base_url=f"{self._simulators_url}/{spec.provider}",
            source="simulator",
            key_id=f"{spec.provider}:simulator",
        )

    def _at_provider(
        self,
        spec: ProviderSpec,
        values: Mapping[str, str],
        options: Mapping[str, Any],
        *,
        source: Source,
        is_refused: bool = False,
    ) -> Credential:
        chosen = str(options.get("base_url") or "")
        default = self._defaults.get(spec.provider)
        known = str(default.options.get("base_url") or "") if default is not None else ""
        return Credential(
            provider=spec.provider,
            values=values,
            options=options,
            base_url=(chosen or known or spec.address(options)).rstrip("/"),
            source=source,
            key_id=f"{spec.provider}:{vault.fingerprint(values or {'base_url': chosen})[:12]}",
            is_chosen_address=bool(chosen) and source == "tenant",
            is_refused=is_refused,
        )

    def _has_default(self, provider: str) -> bool:
        default = self._defaults.get(provider)
        return default is not None and default.is_key

    def _usable(self, work: Work, configs: Configs) -> dict[str, str]:
        return {
            name: usable_status(self.status(work, name, configs.get(name)), self.source(name, configs.get(name)))
            for name in self.registry.specs
        }

    def _lacking(self, providers: list[str]) -> ApiKeysRequired:
        labels = [self.registry.specs[name].label for name in providers if name in self.registry.specs]
        detail = f"This needs a key of {' and '.join(labels)}. An owner can add it at {self.setup_url}"
        return ApiKeysRequired(detail, missing_providers=providers, setup_url=self.setup_url)


def _stored(config: ProviderConfig | None) -> Stored | None:
    if config is None:
        return None
    return Stored(is_active=config.is_active, is_valid=config.is_valid, last_validated_at=config.last_validated_at)
