"""The use cases of provider credentials."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError

from callout.features.accounts.audit import audit
from callout.features.api_configs import store, vault
from callout.features.api_configs.errors import UnknownProvider
from callout.features.api_configs.schemas import ConfigInput, ConfigPatch
from callout.features.api_configs.specs import ProviderRegistry, ProviderSpec
from callout.features.api_configs.standing import (
    REQUIREMENTS,
    Rehearsal,
    Requirement,
    Stored,
    requirement,
    status_of,
)
from callout.features.api_configs.tables import ProviderConfig
from callout.kit.db.work import Work
from callout.kit.errors import FieldError, Unprocessable
from callout.kit.secrets import Sealer

LONGEST_OPTION = 500


class ApiConfigs:
    """The tenant's providers: what is stored, how it stands, what it makes ready."""

    def __init__(self, registry: ProviderRegistry, sealer: Sealer, rehearsal: Rehearsal) -> None:
        self.registry = registry
        self._sealer = sealer
        self._rehearsal = rehearsal

    def spec(self, name: str) -> ProviderSpec:
        """The spec of a provider by name or alias.

        Raises:
            UnknownProvider: there is none.
        """
        spec = self.registry.find(name)
        if spec is None:
            raise UnknownProvider
        return spec

    def status(self, work: Work, provider: str, config: ProviderConfig | None) -> str:
        """The status of a provider with this stored configuration."""
        stored = None
        if config is not None:
            stored = Stored(
                is_active=config.is_active, is_valid=config.is_valid, last_validated_at=config.last_validated_at
            )
        return status_of(provider, stored, self._rehearsal, work.now)

    async def put(self, work: Work, data: ConfigInput) -> tuple[ProviderConfig, bool]:
        """Stores credentials, in the place of earlier ones; returns whether they are the first.

        Raises:
            Unprocessable: unknown provider, or a credential missing, unknown or of the wrong shape; no network is used.
        """
        spec = self.registry.find(data.provider)
        if spec is None:
            raise Unprocessable.at("provider", f"one of {', '.join(self.registry.specs)}")
        self._check(spec, data.credentials, data.options)
        config = await self._locked(work, spec)
        is_new = config is None
        if config is None:
            config = await self._insert(work, spec)
        config.options = dict(data.options)
        config.is_active, config.priority = data.is_active, data.priority
        self._keep(config, spec, data.credentials)
        await work.session.flush()
        await self._note(work, "create" if is_new else "update", config)
        return config, is_new

    async def change(self, work: Work, name: str, data: ConfigPatch) -> ProviderConfig:
        """Changes what is sent; credentials are merged one by one."""
        spec = self.spec(name)
        config = await self._locked(work, spec)
        if config is None:
            raise UnknownProvider("Nothing is stored for this provider yet.")
        given = data.given()
        if "credentials" in given:
            current = {field: vault.unseal(self._sealer, config, field) for field in config.sealed}
            merged = {name: value for name, value in {**current, **data.credentials}.items() if value is not None}
            self._check(spec, merged, {})
            self._keep(config, spec, merged)
        if "options" in given:
            self._check(spec, None, data.options)
            merged_options = {**config.options, **data.options}
            config.options = {name: value for name, value in merged_options.items() if value is not None}
            config.is_valid, config.last_validated_at = None, None
        for member in ("is_active", "priority"):
            if member in given:
                setattr(config, member, given[member])
        await work.session.flush()
        await self._note(work, "update", config)
        return config

    async def remove(self, work: Work, name: str) -> None:
        """Forgets a provider's credentials; having none already is fine."""
        config = await self._locked(work, self.spec(name))
        if config is not None:
            await self._note(work, "delete", config)
            await work.session.delete(config)

    async def statuses(self, work: Work) -> dict[str, str]:
        """The status of every provider."""
        configs = await store.all_configs(work)
        return {name: self.status(work, name, configs.get(name)) for name in self.registry.specs}

    async def requirements(self, work: Work, features: list[str] | None = None) -> list[Requirement]:
        """Whether features are ready; all of them unless named."""
        statuses = await self.statuses(work)
        return [requirement(feature, statuses) for feature in features or REQUIREMENTS]

    def _keep(self, config: ProviderConfig, spec: ProviderSpec, values: Mapping[str, str]) -> None:
        config.sealed = vault.seal(self._sealer, config.tenant_id, spec.provider, values)
        config.secret_tail, config.secret_fingerprint = vault.tail_and_fingerprint(spec, values)
        config.is_valid, config.last_validated_at, config.validation, config.last_error = None, None, None, None

    def _check(self, spec: ProviderSpec, credentials: Mapping[str, str] | None, options: Mapping[str, Any]) -> None:
        errors = [] if credentials is None else _credential_errors(spec, credentials)
        errors += [error for name, value in options.items() if (error := self._option_error(spec, name, value))]
        if errors:
            raise Unprocessable("; ".join(f"{error.field}: {error.message}" for error in errors), errors=errors)

    def _option_error(self, spec: ProviderSpec, name: str, value: Any) -> FieldError | None:
        field = f"options.{name}"
        if name not in spec.options:
            return FieldError(field, f"{spec.label} has no such option", "unknown_field")
        if isinstance(value, str) and len(value) > LONGEST_OPTION:
            return FieldError(field, f"at most {LONGEST_OPTION} characters")
        if name == "base_url" and value is not None:
            schemes = {"https", "http"} if self._rehearsal.is_allowed else {"https"}
            parts = urlsplit(str(value))
            if parts.scheme not in schemes or not parts.hostname:
                return FieldError(field, f"must be an address that begins with {' or '.join(sorted(schemes))}://")
        return None

    async def _locked(self, work: Work, spec: ProviderSpec) -> ProviderConfig | None:
        return await store.find_config(work, spec.provider, lock=True)

    async def _insert(self, work: Work, spec: ProviderSpec) -> ProviderConfig:
        config = ProviderConfig(provider=spec.provider, tenant_id=work.tenant_id)
        try:
            async with work.nested():
                work.session.add(config)
        except IntegrityError:
            found = await self._locked(work, spec)
            if found is None:
                raise
            return found
        return config

    async def _note(self, work: Work, verb: str, config: ProviderConfig) -> None:
        after = {"provider": config.provider, "is_active": config.is_active, "priority": config.priority}
        await audit(work, f"provider_config.{verb}", "provider_config", config.id, after=after)


def _credential_errors(spec: ProviderSpec, credentials: Mapping[str, str]) -> list[FieldError]:
    known = {field.name: field for field in spec.fields}
    errors = [
        FieldError(f"credentials.{name}", f"{spec.label} has no such credential", "unknown_field")
        for name in credentials
        if name not in known
    ]
    for name, field in known.items():
        value = credentials.get(name)
        if value is None and field.required:
            errors.append(FieldError(f"credentials.{name}", f"{field.label} is missing", "required"))
        elif value is not None and not field.accepts(value):
            errors.append(FieldError(f"credentials.{name}", f"this does not look like {field.label}", "bad_shape"))
    return errors
