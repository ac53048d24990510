"""Inviting people into the team."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from callout.features.accounts.audit import audit
from callout.features.accounts.context import Accounts
from callout.features.accounts.errors import AlreadyExists, InvitationGone
from callout.features.accounts.events import UserInvited
from callout.features.accounts.one_time_tokens import LIFETIMES, make_token, tenant_of_token, use_up, withdraw
from callout.features.accounts.password_policy import check_password
from callout.features.accounts.sessions import Device, issue_session
from callout.features.accounts.sign_in import SignedIn
from callout.features.accounts.tables import Invitation, OneTimeToken, Tenant
from callout.features.accounts.tenant_store import lock_tenant, own_tenant
from callout.features.accounts.user_store import user_by_email
from callout.features.accounts.users import create_user
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden, NotFound
from callout.kit.principal import Principal
from callout.kit.secrets import hash_token


class OpenInvitation(NamedTuple):
    """An invitation as its bearer sees it."""

    invitation: Invitation
    tenant: Tenant


async def invite(accounts: Accounts, work: Work, *, email: str, role: str) -> tuple[Invitation, bool]:
    """Invites somebody by e-mail; returns the invitation and whether it is new.

    Raises:
        Forbidden: a manager invites somebody other than a viewer.
        AlreadyExists: the person is in the team already.
        PaymentRequired: the plan has no seat left.
    """
    if work.principal.role == "manager" and role != "viewer":
        raise Forbidden("Managers may invite viewers only.")
    tenant = await lock_tenant(work)
    if (user := await user_by_email(work, email)) is not None:
        raise AlreadyExists("This person has an account here already.", existing_id=str(user.id))
    existing = await _pending(work, email)
    if existing is not None and existing.role == role:
        return existing, False
    if existing is not None:
        await _revoke(work, existing)
    await accounts.plans.check(work, "team_users")
    invitation = Invitation(email=email, role=role, status="pending", expires_at=work.now + LIFETIMES["invitation"])
    work.session.add(invitation)
    await work.session.flush()
    token = await make_token(work, "invitation", subject_id=invitation.id, email=email)
    words = {
        "full_name": work.principal.label,
        "business_name": tenant.name,
        "link": f"{accounts.public_url}/console/invitations/{token}",
        "expires_in": "7 d",
    }
    await accounts.mail.send(work, "invitation", email, words)
    await audit(work, "invitation.create", "invitation", invitation.id, after={"email": email, "role": role})
    await work.publish(UserInvited(noun_id=invitation.id, email=email, role=role))
    return invitation, True


async def revoke_invitation(work: Work, invitation_id: UUID) -> None:
    """Withdraws an invitation; one that is over already stays as it is."""
    invitation = await work.session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None or invitation.tenant_id != work.tenant_id:
        raise NotFound
    if work.principal.role == "manager" and invitation.role != "viewer":
        raise Forbidden("Managers may withdraw invitations of viewers only.")
    if invitation.status == "pending":
        await _revoke(work, invitation)
        await audit(work, "invitation.revoke", "invitation", invitation.id, before={"email": invitation.email})


async def list_invitations(work: Work, *, limit: int, offset: int) -> tuple[list[Invitation], int]:
    """The tenant's invitations, newest first, and how many there are."""
    own = Invitation.tenant_id == work.tenant_id
    total = (await work.session.execute(select(func.count()).select_from(Invitation).where(own))).scalar_one()
    query = select(Invitation).where(own).order_by(Invitation.created_at.desc(), Invitation.id.desc())
    return list((await work.session.execute(query.limit(limit).offset(offset))).scalars()), total


async def open_invitation(accounts: Accounts, token: str) -> OpenInvitation:
    """What an invitation's bearer may know.

    Raises:
        NotFound: no such invitation.
        InvitationGone: expired, withdrawn or accepted.
    """
    async with accounts.database.transaction(await _inviting_tenant(accounts, token)) as work:
        return await _open(work, token)


async def accept_invitation(
    accounts: Accounts, token: str, *, full_name: str, password: str, device: Device
) -> SignedIn:
    """Creates the invited user and signs him in; the mailed link has proven his address.

    Raises:
        NotFound, InvitationGone: as `open_invitation`.
        WeakPassword: too easy; the invitation stays open.
    """
    system = await _inviting_tenant(accounts, token)
    async with accounts.database.transaction(system) as work:
        opened = await _open(work, token)
    check_password(password, personal=(opened.invitation.email, full_name, opened.tenant.name))
    hashed = await accounts.passwords.hash(password)
    async with accounts.database.transaction(system) as work:
        row = await use_up(work, "invitation", token)
        if row is None:
            raise InvitationGone
        invitation = await work.session.get_one(Invitation, row.subject_id, with_for_update=True)
        if invitation.status != "pending":
            raise InvitationGone
        user = await create_user(
            work,
            email=invitation.email,
            full_name=full_name,
            role=invitation.role,
            password_hash=hashed,
            is_verified=True,
        )
        invitation.status = "accepted"
        invitation.accepted_user_id = user.id
        await audit(work, "invitation.accept", "invitation", invitation.id, after={"user_id": str(user.id)})
        tokens = await issue_session(accounts, work, user, device)
        return SignedIn(tokens, user, await own_tenant(work))


async def _inviting_tenant(accounts: Accounts, token: str) -> Principal:
    async with accounts.database.lookup() as lookup:
        tenant_id = await tenant_of_token(lookup, "invitation", token)
    if tenant_id is None:
        raise NotFound("This invitation is unknown.")
    return Principal.system(tenant_id)


async def _open(work: Work, token: str) -> OpenInvitation:
    query = (
        select(Invitation)
        .join(OneTimeToken, OneTimeToken.subject_id == Invitation.id)
        .where(OneTimeToken.token_hash == hash_token(f"invitation:{token}"), Invitation.tenant_id == work.tenant_id)
    )
    invitation = (await work.session.execute(query)).scalar_one_or_none()
    if invitation is None or invitation.status != "pending" or invitation.expires_at <= work.now:
        raise InvitationGone
    return OpenInvitation(invitation, await own_tenant(work))


async def _pending(work: Work, email: str) -> Invitation | None:
    query = select(Invitation).where(
        Invitation.tenant_id == work.tenant_id,
        Invitation.email == email,
        Invitation.status == "pending",
        Invitation.expires_at > work.now,
    )
    return (await work.session.execute(query.limit(1))).scalar_one_or_none()


async def _revoke(work: Work, invitation: Invitation) -> None:
    invitation.status = "revoked"
    await withdraw(work, "invitation", invitation.id)
