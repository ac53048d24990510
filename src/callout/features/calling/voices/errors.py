"""What voices refuse."""

from callout.kit.errors import Conflict


class VoiceNotLicensed(Conflict):
    code = "consent_required"
    title = "Consent required"
    default_detail = "The speaker's consent is missing, was withdrawn or has expired. An owner can record it anew."
