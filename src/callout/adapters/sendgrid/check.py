"""Checks a key by asking what it may do.

Source: SendGrid API reference, `GET /v3/scopes`; errors are `{"errors": [{"message", "field", "help"}]}`.
"""

from datetime import datetime

from callout.features.api_configs.answers import members
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, KeyRefused, Validation

_LABEL = "SendGrid"


class SendgridCheck:
    """Implements `ProviderCheck` for SendGrid."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. A key that may not send counts as refused: nothing can be done with it."""
        headers = {"Authorization": f"Bearer {credential.values['api_key']}"}
        answer = await ask(Ask(url=f"{credential.base_url}/v3/scopes", headers=headers))
        if answer.status in {401, 403}:
            remedy = "Create a new key at app.sendgrid.com, Settings, API Keys."
            raise KeyRefused("SendGrid does not accept this key.", remedy)
        scopes = members(answer, _LABEL).get("scopes")
        scopes = scopes if isinstance(scopes, list) else []
        if "mail.send" not in scopes:
            raise KeyRefused("This SendGrid key may not send mail.", "Give it the permission Mail Send.")
        warning = None
        if not credential.options.get("sender"):
            warning = "No sender address is set here; mails come from the installation's, which SendGrid must know."
        return Validation(warning=warning, details={"permissions": len(scopes)})
