"""Sends e-mail through SendGrid's v3 Mail Send API.

Source: Twilio SendGrid API reference, "v3 Mail Send" and "Errors". A mail is accepted with 202 and an `X-Message-Id`;
4xx bodies are `{"errors": [{"message", "field", "help"}]}`.
"""

import base64
from typing import Any

import httpx

from callout.features.notifications.ports import GiveUp, Mail, Reauthenticate, RetryLater

DEFAULT_BASE_URL = "https://api.sendgrid.com"
MESSAGE_ARG = "callout_message_id"
TENANT_ARG = "callout_tenant_id"
_TIMEOUT_S = 20.0
_LONGEST_ERROR = 300


class SendgridMailer:
    """Implements `Mailer` for one SendGrid account."""

    provider = "sendgrid"

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        api_key: str,
        sender: str,
        base_url: str = DEFAULT_BASE_URL,
    ) -> None:
        self._client = client
        self._api_key = api_key
        self._url = f"{base_url.rstrip('/')}/v3/mail/send"
        self.sender = sender

    async def send(self, mail: Mail) -> str:
        """Hands a mail over; see `Mailer.send`."""
        headers = {"Authorization": f"Bearer {self._api_key}"}
        try:
            response = await self._client.post(self._url, json=payload_of(mail), headers=headers, timeout=_TIMEOUT_S)
        except httpx.TimeoutException as error:
            raise RetryLater("SendGrid did not answer in time") from error
        except httpx.TransportError as error:
            raise RetryLater(f"SendGrid cannot be reached ({type(error).__name__})") from error
        if response.status_code in (200, 202):
            return str(response.headers.get("X-Message-Id", ""))
        raise _failure(response)


def payload_of(mail: Mail) -> dict[str, Any]:
    """The request body of one mail."""
    content = [{"type": "text/plain", "value": mail.text}]
    if mail.html:
        content.append({"type": "text/html", "value": mail.html})
    payload: dict[str, Any] = {
        "personalizations": [{"to": [_address(mail.to_email, mail.to_name)]}],
        "from": _address(mail.from_email, mail.from_name),
        "subject": mail.subject,
        "content": content,
        "custom_args": {MESSAGE_ARG: str(mail.message_id), TENANT_ARG: str(mail.tenant_id)},
        "headers": {"Message-ID": f"<{mail.message_id}@{_domain(mail.from_email)}>"},
    }
    if mail.reply_to:
        payload["reply_to"] = _address(mail.reply_to, mail.from_name)
    if mail.attachments:
        payload["attachments"] = [
            {
                "content": base64.b64encode(attachment.content).decode("ascii"),
                "filename": attachment.filename,
                "type": attachment.content_type,
                "disposition": "attachment",
            }
            for attachment in mail.attachments
        ]
    return payload


def _failure(response: httpx.Response) -> Exception:
    status = response.status_code
    message = f"SendGrid answered {status}: {_first_error(response)}"[:_LONGEST_ERROR]
    if status in (401, 403):
        return Reauthenticate(message)
    if status in (408, 429) or status >= 500:
        return RetryLater(message, _pause_s(response))
    return GiveUp(message)


def _first_error(response: httpx.Response) -> str:
    try:
        first = response.json()["errors"][0]
        return f"{first.get('field') or ''} {first['message']}".strip()
    except (ValueError, LookupError, TypeError, AttributeError):
        return response.reason_phrase or "no reason given"


def _pause_s(response: httpx.Response) -> float | None:
    given = response.headers.get("Retry-After", "")
    return float(given) if given.isdigit() else None


def _address(email: str, name: str | None) -> dict[str, str]:
    return {"email": email, "name": name} if name else {"email": email}


def _domain(email: str) -> str:
    return email.rpartition("@")[2] or "localhost"
