"""Refusals of vendors."""

from callout.kit.errors import Conflict, Gone, Unprocessable


class InvalidTransition(Conflict):
    code = "invalid_transition"
    title = "Not possible from this status"
    default_detail = "The vendor's status does not allow this."


class ReactivationRefused(Conflict):
    code = "invalid_transition"
    title = "Permanently blocked"
    default_detail = "This vendor was blocked permanently. Only an owner may reactivate it."


class InviteUsed(Conflict):
    code = "invite_used"
    title = "Invite used"
    default_detail = "This invite code was used already. Ask the business for a new one."


class InviteExpired(Gone):
    code = "invite_expired"
    title = "Invite expired"
    default_detail = "This invite code has expired or was withdrawn. Ask the business for a new one."


class InvalidCode(Unprocessable):
    code = "invalid_code"
    title = "Code not valid"
    default_detail = "There is no such invite code."


class AlreadyExists(Conflict):
    code = "already_exists"
    title = "Exists already"
    default_detail = "That exists already."


class OpenOrders(Conflict):
    code = "open_orders"
    title = "Vendor has open orders"
    default_detail = "This vendor still has assigned or running orders."
    remedy = "Reassign or finish them first."


class ServiceInUse(Conflict):
    code = "in_use"
    title = "Service in use"
    default_detail = "Open orders still need this service."
    remedy = "Finish or cancel them first."
