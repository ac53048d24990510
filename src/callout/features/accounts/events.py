"""Facts accounts publish."""

from typing import ClassVar
from uuid import UUID

from callout.kit.events import Event


class UserInvited(Event, frozen=True, kw_only=True):
    """Somebody was invited into the team; the noun is the invitation."""

    type: ClassVar[str] = "user.invited"
    email: str
    role: str


class UserJoined(Event, frozen=True, kw_only=True):
    """A user exists: by signing up, by accepting an invitation or by vendor registration."""

    type: ClassVar[str] = "user.joined"
    email: str
    role: str


class UserDisabled(Event, frozen=True, kw_only=True):
    """A user can no longer sign in."""

    type: ClassVar[str] = "user.disabled"
    deleted: bool = False


class SessionRevoked(Event, frozen=True, kw_only=True):
    """A session ended before its time."""

    type: ClassVar[str] = "session.revoked"
    user_id: UUID
    reason: str


class TenantUpdated(Event, frozen=True, kw_only=True):
    """The business changed its own record; the noun is the tenant."""

    type: ClassVar[str] = "tenant.updated"
    changed: list[str]


class SettingsUpdated(Event, frozen=True, kw_only=True):
    """Settings of one group changed; the noun is the tenant."""

    type: ClassVar[str] = "settings.updated"
    group: str
    changed: list[str]
