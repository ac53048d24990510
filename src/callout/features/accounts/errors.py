"""Refusals of accounts."""

from callout.kit.errors import Conflict, Forbidden, Gone, Locked, NotFound, Unauthenticated, Unprocessable


class InvalidCredentials(Unauthenticated):
    code = "invalid_credentials"
    title = "Wrong e-mail or password"
    default_detail = "The e-mail or the password is wrong."


class AccountLocked(Locked):
    code = "account_locked"
    title = "Locked for a while"
    default_detail = "Too many failed sign-ins. Try again later or reset the password."


class TenantChoiceRequired(Conflict):
    code = "tenant_choice_required"
    title = "Choose a business"
    default_detail = "You belong to several businesses. Say which one by its slug in `tenant`."


class MfaRequired(Unauthenticated):
    code = "mfa_required"
    title = "Second factor needed"
    default_detail = "Enter the code of your authenticator app."


class MfaInvalid(Unauthenticated):
    code = "mfa_invalid"
    title = "Wrong code"
    default_detail = "The code is wrong or was used already."


class TokenExpired(Unauthenticated):
    code = "token_expired"
    title = "Token expired"
    default_detail = "The token has expired. Refresh it or sign in again."


class TokenRevoked(Unauthenticated):
    code = "token_revoked"
    title = "Session ended"
    default_detail = "This session has ended. Sign in again."


class TokenReused(Unauthenticated):
    code = "token_reused"
    title = "Refresh token used twice"
    default_detail = "This refresh token was used before. The session was ended for safety; sign in again."


class WeakPassword(Unprocessable):
    code = "weak_password"
    title = "Password too weak"
    default_detail = "Choose a longer or less common password."


class InvalidCode(Unprocessable):
    code = "invalid_code"
    title = "Code not valid"
    default_detail = "The code or link is wrong, expired or was used already."


class LastOwner(Conflict):
    code = "last_owner"
    title = "Last owner"
    default_detail = "A business needs at least one active owner."
    remedy = "Make somebody else an owner first."


class CurrencyLocked(Conflict):
    code = "currency_locked"
    title = "Currency is fixed"
    default_detail = "The currency cannot change after the first invoice."


class AlreadyExists(Conflict):
    code = "already_exists"
    title = "Exists already"
    default_detail = "That exists already."


class SignUpRunning(Conflict):
    code = "request_in_progress"
    title = "Still running"
    default_detail = "This sign-up is being done by another request. Wait and repeat it."


class InvitationGone(Gone):
    code = "invite_expired"
    title = "Invitation no longer valid"
    default_detail = "This invitation has expired, was withdrawn or was used already. Ask for a new one."


class SsoNotConfigured(NotFound):
    code = "sso_not_configured"
    title = "Single sign-on is not configured"
    default_detail = "Signing in with this provider is not configured here."


class OriginNotAllowed(Forbidden):
    code = "origin_not_allowed"
    title = "Address not allowed"
    default_detail = "Links may only lead back to addresses this installation allows."


class EmailNotVerified(Forbidden):
    code = "email_not_verified"
    title = "E-mail not verified"
    default_detail = "Confirm your e-mail address first."
