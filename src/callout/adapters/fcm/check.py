"""Checks a service account: it gets a token, and may send in its project.

Source: Google identity documentation, "Using OAuth 2.0 for Server to Server Applications" (signed JWT); Firebase
reference, `projects.messages.send` with `validate_only`.
"""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import jwt

from callout.features.api_configs.answers import members, text, trouble
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Answer, Ask, Asking, KeyRefused, Validation

DEFAULT_BASE_URL = "https://fcm.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LABEL = "Firebase"
_TRIAL = b'{"validate_only": true, "message": {"topic": "callout-check", "data": {"check": "1"}}}'


class FcmCheck:
    """Implements `ProviderCheck` for Firebase Cloud Messaging."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. The message of the check is validated by Firebase and sent to nobody."""
        token = await self._token(credential, ask, now)
        project = credential.values["project_id"]
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"{credential.base_url}/v1/projects/{project}/messages:send"
        answer = await ask(Ask(method="POST", url=url, headers=headers, content=_TRIAL))
        if answer.status in {401, 403}:
            remedy = "Check the project id, and that the Firebase Cloud Messaging API is enabled there."
            raise KeyRefused(f"The service account may not send messages in the project {project}.", remedy)
        if answer.status == 404:
            raise KeyRefused(f"There is no Firebase project {project}.", "Check the project id.")
        if answer.status == 429:
            return Validation(account=project, remaining=0, warning="The quota of messages is used up for now.")
        members(answer, _LABEL)
        return Validation(account=project)

    async def _token(self, credential: Credential, ask: Asking, now: datetime) -> str:
        is_usual = credential.base_url == DEFAULT_BASE_URL
        url = TOKEN_URL if is_usual else f"{credential.base_url}/token"
        form = urlencode({"grant_type": GRANT, "assertion": assertion(credential, now, audience=url)}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await ask(Ask(method="POST", url=url, headers=headers, content=form))
        if answer.status in {400, 401, 403}:
            raise KeyRefused("Google does not accept this service account.", _remedy(answer))
        found = text(members(answer, "Google").get("access_token"))
        if found is None:
            trouble(answer, "Google")
        return found


def assertion(credential: Credential, now: datetime, *, audience: str) -> str:
    """The signed statement a service account gets a token for.

    Raises:
        KeyRefused: the private key cannot be read.
    """
    claims = {
        "iss": credential.values["client_email"],
        "scope": SCOPE,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(hours=1)).timestamp()),
    }
    try:
        return jwt.encode(claims, credential.values["private_key"], algorithm="RS256")
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        remedy = "Copy private_key of the key file again, whole, with its BEGIN and END lines."
        raise KeyRefused("The private key cannot be read.", remedy) from error


def _remedy(answer: Answer) -> str:
    said = f"{answer.member('error')} {answer.member('error_description')}"
    if "Invalid JWT Signature" in said:
        return "The private key was revoked or belongs to another account; create a new one."
    if "account not found" in said:
        return "The client e-mail is wrong, or the account was deleted."
    if "short-lived token" in said or "iat" in said:
        return "The clock of this server is wrong; set it."
    return "Create a new private key in the Firebase console and copy its three members again."
