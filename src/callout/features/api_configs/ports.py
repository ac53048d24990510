"""What checking keys needs from outside: one check per provider, and a way to ask over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from callout.features.api_configs.credential import Credential


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a provider."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = {}
    params: Mapping[str, str] = {}
    content: bytes | None = None
    basic_auth: tuple[str, str] | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back.

    Attributes:
        body: the parsed JSON; None when there is none or it cannot be read.
    """

    status: int
    text: str
    body: Any = None
    headers: Mapping[str, str] = {}

    def member(self, *path: str) -> Any:
        """A member of the JSON body by its path; None wherever the path ends early."""
        found = self.body
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


class CheckFailed(Exception):  # noqa: N818 - subclasses say what failed
    """A check without a good end: the message says what happened, `remedy` what to do. Neither holds a credential."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    @property
    def words(self) -> str:
        """Both, for a person."""
        return f"{self.message} {self.remedy}".strip()


class KeyRefused(CheckFailed):
    """The provider answered, and does not accept the credentials."""


class Unclear(CheckFailed):
    """The provider cannot be reached, is down or busy, or answers nonsense: nothing is known about the key."""


class TooSlow(Unclear):
    """The provider did not answer in time."""


class Validation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What a provider says about an account, in the same words for all of them.

    Attributes:
        account: name or id of the account, to recognise it.
        tier: its plan.
        quota: what the plan allows in the period, in `unit`s.
        remaining: what is left of it; a balance where the account is prepaid.
        unit: characters, searches, mails, or an ISO 4217 currency.
        warning: what will not work although the key is good.
        details: further facts by name.
    """

    account: str | None = None
    tier: str | None = None
    quota: float | None = None
    remaining: float | None = None
    unit: str | None = None
    warning: str | None = None
    details: Mapping[str, Any] = {}


class Asking(Protocol):
    """Sends one request; bounded in time and size, without following redirects."""

    async def __call__(self, ask: Ask) -> Answer:
        """The answer, whatever its status.

        Raises:
            TooSlow: no complete answer in time.
            Unclear: no answer, one that is too large, or an address that may not be connected to.
        """
        ...


class ProviderCheck(Protocol):
    """A provider's own cheapest call that proves a key."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """Asks the provider; changes nothing there and costs nothing.

        Raises:
            KeyRefused: the provider does not accept the credentials.
            TooSlow, Unclear: it did not say.
        """
        ...


class Askers(Protocol):
    """Chooses the way to a provider: an address somebody entered is looked at before it is connected to."""

    def asker_of(self, credential: Credential) -> Asking:
        """How requests with this credential are sent."""
        ...
