"""Creates and changes users, keeping every business at least one active owner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import AlreadyExists, LastOwner
from callout.features.accounts.events import UserDisabled, UserJoined
from callout.features.accounts.sessions import end_sessions
from callout.features.accounts.tables import User
from callout.features.accounts.user_store import TEAM, find_user, lock_active_owners, user_by_email
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.ids import uuid7


async def create_user(
    work: Work,
    *,
    email: str,
    full_name: str,
    role: str,
    password_hash: str | None,
    phone: str | None = None,
    locale: str = "en",
    user_id: UUID | None = None,
    is_verified: bool = False,
) -> User:
    """Adds a user to the tenant of the unit of work.

    Args:
        work: a unit of work of the tenant.
        email: unique in the tenant, whatever its letter case.
        full_name: as the person writes it.
        role: owner, manager, viewer or vendor.
        password_hash: from `Passwords.hash`; None when the user signs in by one-time codes only.
        phone: E.164.
        locale: BCP 47.
        user_id: when the caller already needs the id.
        is_verified: whether the e-mail was proven, as by an invitation.

    Raises:
        AlreadyExists: the e-mail is in use in this tenant.
    """
    if (existing := await user_by_email(work, email)) is not None:
        raise AlreadyExists("A user with this e-mail exists already.", existing_id=str(existing.id))
    user = User(
        id=user_id or uuid7(),
        email=email.strip().lower(),
        full_name=full_name,
        role=role,
        password_hash=password_hash,
        password_changed_at=work.now if password_hash else None,
        phone=phone,
        locale=locale,
        email_verified_at=work.now if is_verified else None,
    )
    try:
        async with work.nested():
            work.session.add(user)
    except IntegrityError as error:
        raise AlreadyExists("A user with this e-mail exists already.") from error
    await work.publish(UserJoined(noun_id=user.id, email=user.email, role=role))
    return user


async def change_team_member(accounts: Accounts, work: Work, user_id: UUID, changes: dict[str, Any]) -> User:
    """Changes role or activity of a team member; his sessions end with either.

    Raises:
        LastOwner: nobody else would own the business.
    """
    owners = await lock_active_owners(work)
    user = await _team_member(work, user_id)
    before = {name: getattr(user, name) for name in changes}
    if all(before[name] == value for name, value in changes.items()):
        return user
    stays_owner = changes.get("role", user.role) == "owner" and changes.get("is_active", user.is_active)
    if not stays_owner:
        _keep_an_owner(owners, user_id)
    for name, value in changes.items():
        setattr(user, name, value)
    await audit(work, "user.change", "user", user.id, before=before, after=changes)
    await end_sessions(accounts, work, "admin" if user.is_active else "disabled", user_id=user.id)
    if not user.is_active:
        await work.publish(UserDisabled(noun_id=user.id))
    await work.session.flush()
    return user


async def delete_team_member(accounts: Accounts, work: Work, user_id: UUID) -> None:
    """Removes a team member from sight; history keeps the id.

    Raises:
        LastOwner: nobody else would own the business.
    """
    owners = await lock_active_owners(work)
    user = await _team_member(work, user_id)
    _keep_an_owner(owners, user_id)
    user.deleted_at = work.now
    user.is_active = False
    await audit(work, "user.delete", "user", user.id, before={"email": user.email, "role": user.role})
    await end_sessions(accounts, work, "disabled", user_id=user.id)
    await work.publish(UserDisabled(noun_id=user.id, deleted=True))


async def _team_member(work: Work, user_id: UUID) -> User:
    user = await find_user(work, user_id, lock=True)
    if user.role not in TEAM:
        raise NotFound
    return user


def _keep_an_owner(owners: list[UUID], leaving: UUID) -> None:
    if leaving in owners and len(owners) == 1:
        raise LastOwner
