"""Checks a token by reading the phone number it is for.

Source: WhatsApp Business Platform, Cloud API, "Phone numbers" and "Error codes" (Graph API errors).
"""

from datetime import datetime

from callout.features.api_configs.answers import members, text, trouble
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, KeyRefused, Unclear, Validation

API_VERSION = "v21.0"
FIELDS = "id,display_phone_number,verified_name,quality_rating"
_LABEL = "WhatsApp"
_BUSY = frozenset({4, 80007, 130429, 131056})
_PERMISSIONS = frozenset({3, 10, *range(200, 300)})


class WhatsappCheck:
    """Implements `ProviderCheck` for WhatsApp Business."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`."""
        headers = {"Authorization": f"Bearer {credential.values['access_token']}"}
        url = f"{credential.base_url}/{API_VERSION}/{credential.values['phone_number_id']}"
        answer = await ask(Ask(url=url, headers=headers, params={"fields": FIELDS}))
        code = answer.member("error", "code")
        if code in _BUSY:
            raise Unclear("WhatsApp has too much to do right now.", "Try again in a minute.")
        if code in _PERMISSIONS:
            remedy = "Give the token whatsapp_business_messaging and whatsapp_business_management."
            raise KeyRefused("The token may not use this phone number.", remedy)
        if code == 100:
            raise KeyRefused("The token knows no such phone number id.", "Copy the id again from WhatsApp, API setup.")
        if code == 190 or answer.status in {401, 403}:
            remedy = "It may have expired; create a lasting token of a system user."
            raise KeyRefused("WhatsApp does not accept this token.", remedy)
        told = members(answer, _LABEL)
        if "id" not in told:
            trouble(answer, _LABEL)
        quality = text(told.get("quality_rating"))
        return Validation(
            account=text(told.get("verified_name")),
            warning="The quality of the number is low; WhatsApp may limit it." if quality == "RED" else None,
            details={"phone": text(told.get("display_phone_number")), "quality": quality},
        )
