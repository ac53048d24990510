"""What there is to know about a provider before talking to it: the source of forms, masking and checks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One credential of a provider; all are write-only.

    Attributes:
        pattern: a regular expression the whole value must match.
        tail: whether its last four characters are shown to recognise the key.
    """

    name: str
    label: str
    pattern: str = r"[^\s]{11,}"
    required: bool = True
    secret: bool = True
    help: str = ""
    tail: bool = False

    def accepts(self, value: str) -> bool:
        """True when the value has the right shape; says nothing about whether the provider takes it."""
        return re.fullmatch(self.pattern, value, re.DOTALL) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """A provider: what it can do, what it needs to know, and where to get that.

    Attributes:
        aliases: other names input may use.
        capabilities: llm, tts, stt, voice_clone, telephony, places, email, sms, push, whatsapp, geocode.
        options: names of settings that are no secrets.
        used_by: features that need one of the provider's capabilities.
        signs_with: the credential that signs the provider's webhooks, where it sends any.
    """

    provider: str
    label: str
    capabilities: tuple[str, ...]
    fields: tuple[CredentialField, ...] = ()
    aliases: tuple[str, ...] = ()
    options: tuple[str, ...] = ("base_url",)
    setup_steps: tuple[str, ...] = ()
    docs_url: str = ""
    used_by: tuple[str, ...] = ()
    signs_with: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderRegistry:
    """The providers this installation knows, by name."""

    specs: Mapping[str, ProviderSpec]
    _aliases: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, specs: Iterable[ProviderSpec]) -> "ProviderRegistry":
        """A registry of these specs, in this order."""
        known = {spec.provider: spec for spec in specs}
        return cls(known, {alias: spec.provider for spec in known.values() for alias in spec.aliases})

    def find(self, name: str) -> ProviderSpec | None:
        """The spec of a provider by its name or an alias, in any letter case."""
        key = name.strip().lower()
        return self.specs.get(self._aliases.get(key, key))

    def able_to(self, capability: str) -> list[str]:
        """The providers with a capability."""
        return [name for name, spec in self.specs.items() if capability in spec.capabilities]
