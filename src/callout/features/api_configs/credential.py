"""What a provider is spoken to with: whose key it is, where it goes, and whether it is real."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Mode = Literal["live", "sandbox"]
Source = Literal["tenant", "installation", "simulator"]


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A key ready to be used, in the clear; never shown, logged or stored.

    Attributes:
        values: credentials by field name of the provider's spec.
        options: settings that are no secrets, such as region, model or sender.
        base_url: where the provider answers, without a trailing slash; empty for providers without an address.
        source: the tenant's own key, the installation's, or what a simulator takes.
        key_id: tells keys apart without telling them; requests are paced by it.
        is_chosen_address: the tenant named the address itself, so it is looked at before it is connected to.
        is_refused: the provider refused this key when it was last used; only a person can mend that.
    """

    provider: str
    values: Mapping[str, str]
    options: Mapping[str, Any]
    base_url: str
    source: Source
    key_id: str
    is_chosen_address: bool = False
    is_refused: bool = False

    @property
    def mode(self) -> Mode:
        """Whether what comes back is real."""
        return "sandbox" if self.source == "simulator" else "live"

    def __repr__(self) -> str:
        return f"Credential({self.key_id}, {self.source}, {self.base_url})"


class Default(msgspec.Struct, frozen=True, kw_only=True):
    """What the installation knows about a provider: its own key, for tenants without one, or only its address.

    Attributes:
        is_key: whether this is enough to use the provider.
    """

    values: Mapping[str, str] = {}
    options: Mapping[str, Any] = {}
    is_key: bool = True

    def __repr__(self) -> str:
        return f"Default({', '.join(sorted(self.values))})"
