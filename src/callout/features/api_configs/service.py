"""The use cases of provider credentials: store, change, remove, check."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from callout.features.accounts.audit import audit
from callout.features.api_configs import shapes, store, vault
from callout.features.api_configs.checking import Checker, Proof, Verdict, without_values
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.errors import (
    ChangedMeanwhile,
    CheckFailedUpstream,
    CheckTimedOut,
    KeyNotAccepted,
    NothingToCheck,
    UnknownProvider,
)
from callout.features.api_configs.events import ProviderFailed, ProviderValidated
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.schemas import ConfigInput, ConfigPatch
from callout.features.api_configs.specs import ProviderSpec
from callout.features.api_configs.tables import ProviderConfig
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import FieldError, Unprocessable
from callout.kit.secrets import Sealer

LONGEST_ERROR = 300
UNCHECKED = Verdict(outcome="unchecked")


class ApiConfigs:
    """The tenant's providers: what is stored and how it is proved.

    Providers are asked before the unit of work makes its first statement, so that no connection waits for them; what
    a check needs to know is read in a short transaction of its own, and compared once the row is locked.
    """

    def __init__(
        self,
        access: ProviderAccess,
        sealer: Sealer,
        checker: Checker,
        database: Database,
        rules: shapes.AddressRules | None = None,
    ) -> None:
        """Takes what resolves keys, what seals them, what checks them, short transactions, and rules of addresses."""
        self._rules = rules or shapes.AddressRules()
        self.access = access
        self.registry = access.registry
        self._sealer = sealer
        self._checker = checker
        self._database = database

    def spec(self, name: str) -> ProviderSpec:
        """The spec of a provider by name or alias.

        Raises:
            UnknownProvider: there is none.
        """
        spec = self.registry.find(name)
        if spec is None:
            raise UnknownProvider
        return spec

    async def put(self, work: Work, data: ConfigInput) -> tuple[ProviderConfig, bool]:
        """Stores credentials, in the place of earlier ones; returns whether they are the first.

        Raises:
            Unprocessable: unknown provider, or a credential missing, unknown or of the wrong shape; no network is used.
            KeyNotAccepted: the provider refused them. When it cannot be reached, they are stored unproved.
        """
        spec = self.registry.find(data.provider)
        if spec is None:
            raise Unprocessable.at("provider", f"one of {', '.join(self.registry.specs)}")
        options = _set(data.options)
        shapes.refuse([*shapes.check_credentials(spec, data.credentials), *self._wrong_options(spec, options)])
        verdict = await self._ask(work, spec, data.credentials, options) if data.asks_provider else UNCHECKED
        config, is_new = await self._found_or_made(work, spec)
        config.options = options
        config.is_active, config.priority = data.is_active, data.priority
        self._keep(config, spec, data.credentials)
        await self._keep_verdict(work, config, verdict)
        await work.session.flush()
        await self._note(work, "create" if is_new else "update", config)
        return config, is_new

    async def change(self, work: Work, name: str, data: ConfigPatch) -> ProviderConfig:
        """Changes what is sent; credentials and options are merged one by one, and proved again when they change.

        Raises:
            UnknownProvider: nothing is stored.
            Unprocessable, KeyNotAccepted: as in `put`; nothing is changed.
            ChangedMeanwhile: another request changed the credentials during the check.
        """
        spec, given = self.spec(name), data.given()
        verdict, checked = UNCHECKED, None
        if given.keys() & {"credentials", "options"}:
            checked = await self._merged(work, spec, data)
            if data.asks_provider:
                verdict = await self._ask(work, spec, *checked)
        config = await self._locked(work, spec)
        if config is None:
            raise UnknownProvider("Nothing is stored for this provider yet.")
        if checked is not None:
            if self._merge(config, data) != checked:
                raise ChangedMeanwhile
            self._keep(config, spec, checked[0])
            config.options = checked[1]
            await self._keep_verdict(work, config, verdict)
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

    async def prove(self, work: Work, name: str, credentials: Mapping[str, str] | None) -> Proof:
        """Asks the provider about the key in use, or about credentials that are not stored.

        Raises:
            UnknownProvider, Unprocessable: as in `put`.
            NothingToCheck: no credentials were sent and there are none.
            CheckFailedUpstream, CheckTimedOut: the provider did not say; the status stays.
        """
        spec = self.spec(name)
        async with self._database.transaction(work.principal) as look:
            config = await store.find_config(look, spec.provider)
            found = self._in_question(spec, config, credentials)
            found = found or await self.access.credential_of(look, spec.provider)
        if found is None:
            raise NothingToCheck
        verdict = await self._checker.verdict(found, work.now)
        if verdict.outcome == "slow":
            raise CheckTimedOut(verdict.words, provider=spec.provider)
        if verdict.outcome == "unclear":
            raise CheckFailedUpstream(verdict.words, provider=spec.provider)
        is_stored = credentials is None and config is not None
        if is_stored:
            await self._keep_if_same(work, spec, found, verdict)
        else:
            await self._note_check(work, spec, None, verdict)
        return Proof(verdict=verdict, credential=found, stored=is_stored)

    async def note_refused(self, work: Work, provider: str, *, key_id: str | None = None, reason: str = "") -> bool:
        """Marks the tenant's key as refused, after the provider said so in real use; returns whether it was.

        Args:
            work: any unit of work of the tenant.
            provider: whose key.
            key_id: `Credential.key_id` of the key that was refused; one that was replaced meanwhile is left alone.
            reason: what the provider answered, in plain words without the key.
        """
        spec = self.spec(provider)
        config = await self._locked(work, spec)
        if config is None or config.is_valid is False:
            return False
        stored = self.access.stored(spec, config)
        if key_id is not None and stored.key_id != key_id:
            return False
        words = without_values(reason, stored.values) or _refusal(spec)
        await self._keep_verdict(work, config, Verdict(outcome="refused", words=words))
        return True

    async def _ask(
        self, work: Work, spec: ProviderSpec, values: Mapping[str, str], options: Mapping[str, Any]
    ) -> Verdict:
        verdict = await self._checker.verdict(self.access.proposed(spec, values, options), work.now)
        if verdict.outcome == "refused":
            await self._note_check(work, spec, None, verdict)
            error = FieldError("credentials", verdict.words, "refused")
            raise KeyNotAccepted(verdict.words, errors=[error], valid=False, provider=spec.provider)
        return verdict

    def _in_question(
        self, spec: ProviderSpec, config: ProviderConfig | None, credentials: Mapping[str, str] | None
    ) -> Credential | None:
        options = config.options if config is not None else {}
        if credentials is not None:
            shapes.refuse(shapes.check_credentials(spec, credentials))
            return self.access.proposed(spec, credentials, options)
        return self.access.stored(spec, config) if config is not None else None

    async def _merged(self, work: Work, spec: ProviderSpec, data: ConfigPatch) -> tuple[dict[str, str], dict[str, Any]]:
        async with self._database.transaction(work.principal) as look:
            config = await store.find_config(look, spec.provider)
            if config is None:
                raise UnknownProvider("Nothing is stored for this provider yet.")
            values, options = self._merge(config, data)
        shapes.refuse([*shapes.check_credentials(spec, values), *self._wrong_options(spec, options)])
        return values, options

    def _merge(self, config: ProviderConfig, data: ConfigPatch) -> tuple[dict[str, str], dict[str, Any]]:
        stored = vault.unseal_all(self._sealer, config)
        values = {name: value for name, value in {**stored, **data.credentials}.items() if value is not None}
        return values, _set({**config.options, **data.options})

    def _wrong_options(self, spec: ProviderSpec, options: Mapping[str, Any]) -> list[FieldError]:
        return shapes.check_options(spec, options, self._rules)

    def _keep(self, config: ProviderConfig, spec: ProviderSpec, values: Mapping[str, str]) -> None:
        config.sealed = vault.seal(self._sealer, config.tenant_id, spec.provider, values)
        config.secret_tail, config.secret_fingerprint = vault.tail_and_fingerprint(spec, values)

    async def _keep_if_same(self, work: Work, spec: ProviderSpec, proved: Credential, verdict: Verdict) -> None:
        config = await self._locked(work, spec)
        if config is None or self.access.stored(spec, config) != proved:
            raise ChangedMeanwhile
        await self._keep_verdict(work, config, verdict)
        await self._note_check(work, spec, config.id, verdict)

    async def _keep_verdict(self, work: Work, config: ProviderConfig, verdict: Verdict) -> None:
        _apply(config, verdict, work.now)
        await work.session.flush()
        if verdict.outcome == "valid":
            warning = verdict.words or None
            await work.publish(ProviderValidated(noun_id=config.id, provider=config.provider, warning=warning))
        elif verdict.outcome == "refused":
            await work.publish(ProviderFailed(noun_id=config.id, provider=config.provider, reason=verdict.words))

    async def _locked(self, work: Work, spec: ProviderSpec) -> ProviderConfig | None:
        return await store.find_config(work, spec.provider, lock=True)

    async def _found_or_made(self, work: Work, spec: ProviderSpec) -> tuple[ProviderConfig, bool]:
        if (found := await self._locked(work, spec)) is not None:
            return found, False
        config = ProviderConfig(provider=spec.provider, tenant_id=work.tenant_id)
        try:
            async with work.nested():
                work.session.add(config)
        except IntegrityError:
            if (found := await self._locked(work, spec)) is None:
                raise
            return found, False
        return config, True

    async def _note(self, work: Work, verb: str, config: ProviderConfig) -> None:
        after = {"provider": config.provider, "is_active": config.is_active, "priority": config.priority}
        await audit(work, f"provider_config.{verb}", "provider_config", config.id, after=after)

    async def _note_check(self, work: Work, spec: ProviderSpec, config_id: UUID | None, verdict: Verdict) -> None:
        after = {"provider": spec.provider, "outcome": verdict.outcome}
        await audit(work, "provider_config.validate", "provider_config", config_id, after=after)


def _apply(config: ProviderConfig, verdict: Verdict, now: datetime) -> None:
    is_known = verdict.outcome in {"valid", "refused"}
    config.is_valid = verdict.outcome == "valid" if is_known else None
    config.last_validated_at = now if is_known else None
    config.validation = verdict.validation if verdict.outcome == "valid" else None
    config.last_error = None if verdict.outcome in {"valid", "unchecked"} else verdict.words[:LONGEST_ERROR]


def _set(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None and value != ""}


def _refusal(spec: ProviderSpec) -> str:
    return f"{spec.label} refused the key while it was used. Store a new one."
