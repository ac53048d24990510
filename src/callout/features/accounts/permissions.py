"""Who may do what: the guards every handler carries, and a role's permissions as a list."""

from __future__ import annotations

import difflib
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from callout.features.accounts.caller import caller_address
from callout.features.accounts.permission_table import (
    BLOCKED_MAY,
    CELLS,
    CLOSED_MAY,
    LETTERS,
    MFA_SETUP_MAY,
    PENDING_MAY,
)
from callout.kit.errors import Forbidden, Unauthenticated
from callout.kit.principal import Principal

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler

AUDIENCES = {
    "/api/admin": frozenset({"owner", "manager", "viewer", "agent"}),
    "/api/vendor": frozenset({"vendor"}),
    "/api/voice": frozenset({"owner", "manager", "viewer", "agent"}),
    "/ws/calls": frozenset({"owner", "manager", "viewer", "agent"}),
}
"""Roles a path prefix is for at all, whatever the table says about the verb."""

_FROM_ALLOWED_NETWORKS = ("/api/admin", "/api/voice", "/ws/calls")

PERSONAL_NOUNS = frozenset({"account", "ticket", "notification"})
"""Nouns that belong to a signed-in person: a machine's access key never reaches them."""


class AccountBlocked(Forbidden):
    """A blocked vendor asked for more than the few things left open."""

    code = "account_blocked"
    title = "Account blocked"
    default_detail = "Your account is blocked."


class AccountPending(Forbidden):
    """A vendor who is not verified yet asked for work."""

    code = "account_pending"
    title = "Account not verified yet"
    default_detail = "Your account is waiting for verification."


class SecondFactorMissing(Forbidden):
    """The business asks for a second factor this user has not set up."""

    title = "Second factor missing"
    default_detail = "Your business requires a second factor. Set it up first."


class BusinessClosed(Forbidden):
    """The business was closed; an owner may still reopen it."""

    title = "Business closed"
    default_detail = "This business is closed. An owner can reopen it for 30 days."


class IpNotAllowed(Forbidden):
    """The request comes from outside the networks the business allows."""

    code = "ip_not_allowed"
    title = "Address not allowed"
    default_detail = "Your network address is not on the allow-list of this business."


STANDINGS: dict[str, tuple[frozenset[str], type[Forbidden]]] = {
    "blocked": (BLOCKED_MAY, AccountBlocked),
    "pending": (PENDING_MAY, AccountPending),
    "mfa_setup": (MFA_SETUP_MAY, SecondFactorMissing),
    "closed": (CLOSED_MAY, BusinessClosed),
}
"""What is left to a principal in a standing other than active, and how the rest is refused."""


def permissions_of(role: str) -> list[str]:
    """The ``noun.verb`` names a role may use in full or in part, sorted."""
    return sorted(name for name, marks in CELLS.items() if marks.get(role, "-") != "-")


def may(role: str, permission: str) -> bool:
    """True when the cell is not a denial; limited cells (`o`, `f`) are narrowed by the use case."""
    return CELLS[permission].get(role, "-") != "-"


def check(principal: Principal, permission: str) -> None:
    """Refuses what the table or the standing of the account does not allow.

    Raises:
        Forbidden: ``permission_denied``, ``account_blocked`` or ``account_pending``.
    """
    if not may(principal.role, permission):
        raise Forbidden
    noun = permission.partition(".")[0]
    if noun in PERSONAL_NOUNS and principal.session_id is None:
        raise Forbidden("This needs a signed-in person, not an access key.")
    _check_standing(principal, permission)


def allow(permission: str, *, roles: str = "OMWVCAS") -> Permission:
    """A guard that lets through the roles the table allows ``permission``.

    Args:
        permission: ``noun.verb`` of the permission table.
        roles: role letters that narrow it further for this endpoint, such as ``"OM"``.

    Raises:
        LookupError: no such permission; at import time, so that a misspelt one never ships.
    """
    if permission not in CELLS:
        near = ", ".join(difflib.get_close_matches(permission, CELLS, n=5, cutoff=0.4))
        raise LookupError(f"no permission {permission!r} in the table; close: {near}")
    return Permission(permission, frozenset(LETTERS[letter] for letter in roles))


class Permission:
    """The guard `allow` makes; keeps its name for the test that every handler has one."""

    def __init__(self, permission: str, roles: frozenset[str]) -> None:
        self.permission = permission
        self.roles = roles

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        host = connection.client.host if connection.client else None
        caller_address.set(host)
        principal = connection.scope.get("user")
        if not isinstance(principal, Principal):
            raise Unauthenticated
        path = connection.scope["path"]
        if principal.role not in self.roles & _audience(path):
            raise Forbidden
        if path.startswith(_FROM_ALLOWED_NETWORKS):
            _check_address(principal, host)
        check(principal, self.permission)


class Public:
    """The guard of endpoints that need no credential (or check their own, like webhooks and signed links)."""

    is_public = True

    async def __call__(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Lets everybody through."""
        caller_address.set(connection.client.host if connection.client else None)


public = Public()


def _audience(path: str) -> frozenset[str]:
    for prefix, roles in AUDIENCES.items():
        if path == prefix or path.startswith(prefix + "/"):
            return roles
    return frozenset(LETTERS.values())


def _check_standing(principal: Principal, permission: str) -> None:
    left, refusal = STANDINGS.get(principal.status, (None, Forbidden))
    if left is None or permission in left:
        return
    raise refusal(reason=principal.status_reason) if principal.status_reason else refusal()


def _check_address(principal: Principal, host: str | None) -> None:
    if not principal.networks:
        return
    try:
        address = ip_address(host or "")
    except ValueError:
        raise IpNotAllowed from None
    if not any(address in ip_network(network, strict=False) for network in principal.networks):
        raise IpNotAllowed
