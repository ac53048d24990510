"""What there is to know about a provider before talking to it: the source of forms, masking and checks."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One credential of a provider; all are write-only.

    Attributes:
        pattern: a regular expression the whole value must match.
        tail: whether its last four characters are shown to recognise the key.
        several_lines: whether a form should offer more than one line.
    """

    name: str
    label: str
    pattern: str = r"[^\s]{11,}"
    required: bool = True
    secret: bool = True
    help: str = ""
    tail: bool = False
    several_lines: bool = False

    def accepts(self, value: str) -> bool:
        """True when the value has the right shape; says nothing about whether the provider takes it."""
        return re.fullmatch(self.pattern, value, re.DOTALL) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionField:
    """One setting of a provider that is no secret.

    Attributes:
        default: what is used when nothing is set.
    """

    name: str
    label: str
    pattern: str = r".{1,500}"
    required: bool = False
    help: str = ""
    default: str = ""

    def accepts(self, value: object) -> bool:
        """True when the value has the right shape."""
        return re.fullmatch(self.pattern, str(value)) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """A provider: what it can do, what it needs to know, and where to get that.

    Attributes:
        aliases: other names input may use.
        capabilities: llm, tts, stt, voice_clone, telephony, places, email, sms, push, whatsapp, geocode.
        options: settings that are no secrets.
        base_url: where the provider answers unless the option `base_url` says otherwise; other options stand in braces.
        used_by: features that need one of the provider's capabilities.
        signs_with: the credential that signs the provider's webhooks, where it sends any.
        simulator_takes: credentials its simulator accepts.
        without_simulator: why nothing simulates it; empty where something does.
    """

    provider: str
    label: str
    capabilities: tuple[str, ...]
    fields: tuple[CredentialField, ...] = ()
    aliases: tuple[str, ...] = ()
    options: tuple[OptionField, ...] = ()
    setup_steps: tuple[str, ...] = ()
    docs_url: str = ""
    base_url: str = ""
    used_by: tuple[str, ...] = ()
    signs_with: str | None = None
    simulator_takes: Mapping[str, str] = field(default_factory=dict)
    without_simulator: str = ""

    def address(self, options: Mapping[str, Any]) -> str:
        """Where the provider answers with these options, when they name no `base_url`."""
        chosen = {option.name: str(options.get(option.name) or option.default) for option in self.options}
        return self.base_url.format_map(chosen)


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

    @property
    def simulated(self) -> frozenset[str]:
        """The providers a simulator can stand in for."""
        return frozenset(name for name, spec in self.specs.items() if not spec.without_simulator)

    def able_to(self, capability: str) -> list[str]:
        """The providers with a capability."""
        return [name for name, spec in self.specs.items() if capability in spec.capabilities]
