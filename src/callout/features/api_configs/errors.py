"""Refusals about provider credentials."""

from callout.kit.errors import Conflict, Forbidden, NotFound, Unprocessable, UpstreamFailed, UpstreamTimeout


class UnknownProvider(NotFound):
    default_detail = "There is no such provider."


class KeyNotAccepted(Unprocessable):
    """The provider refused the credentials; nothing of them is stored. The attempt stays in the audit trail."""

    title = "Key not accepted"
    default_detail = "The provider does not accept these credentials."
    keeps_work = True


class ChangedMeanwhile(Conflict):
    title = "Changed meanwhile"
    default_detail = "Somebody changed these credentials while they were checked. Look at them again and repeat."


class CredentialsLocked(Conflict):
    """Stored credentials that no key of the installation opens: CALLOUT_SECRET_KEY was changed without the old one."""

    code = "credentials_locked"
    title = "Credentials cannot be opened"
    default_detail = (
        "The stored credentials cannot be opened with the secret key of this installation. Store them anew, or give "
        "the earlier key back in CALLOUT_PREVIOUS_SECRET_KEYS."
    )


class NothingToCheck(Conflict):
    code = "not_configured"
    title = "Nothing to check"
    default_detail = "No key is stored for this provider, and there is none of the installation. Send credentials."


class ApiKeysRequired(Forbidden):
    """A feature lacks a provider's key; `missing_providers` names one of each kind that would do."""

    code = "API_KEYS_REQUIRED"
    title = "API keys required"
    default_detail = "This needs keys of providers that are not stored yet. An owner can add them in the settings."


class CheckFailedUpstream(UpstreamFailed):
    default_detail = "The provider did not say whether it accepts the key. Nothing was changed; try again later."


class CheckTimedOut(UpstreamTimeout):
    default_detail = "The provider did not answer in time. Nothing was changed; try again later."
