"""Checks a mail server by greeting it, securing the connection and signing in; no mail is sent.

Source: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 8314 (port 465).
"""

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Asking, KeyRefused, TooSlow, Unclear, Validation

TIMEOUT_S = 10.0
TLS_PORT = 465
Lookup = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host that may be connected to; raises OSError when there are none."""


class SmtpCheck:
    """Implements `ProviderCheck` for a mail server."""

    def __init__(self, lookup: Lookup, *, tls: ssl.SSLContext | None = None, timeout_s: float = TIMEOUT_S) -> None:
        """Takes what looks up and judges hosts, whom to trust (usual authorities by default), and seconds to wait."""
        self._lookup = lookup
        self._tls = tls
        self._timeout_s = timeout_s

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. A password is only sent over a secured connection."""
        values = credential.values
        host, port = values["host"], int(values["port"])
        try:
            async with asyncio.timeout(self._timeout_s):
                addresses = await self._lookup(host, port)
        except TimeoutError as error:
            raise TooSlow(f"{host} could not be looked up in time.", "Try again later.") from error
        except (OSError, UnicodeError, OverflowError) as error:
            raise Unclear(f"The mail server {host} cannot be reached.", "Check host and port.") from error
        user, password = values.get("username"), values.get("password")
        try:
            async with asyncio.timeout(2 * self._timeout_s):
                return await asyncio.to_thread(self._greet, host, addresses[0], port, user, password)
        except TimeoutError as error:
            raise TooSlow(f"{host} did not answer in time.", "Check the port, or try again later.") from error

    def _greet(self, host: str, address: str, port: int, user: str | None, password: str | None) -> Validation:
        tls = self._tls or ssl.create_default_context()
        try:
            with _connected(host, address, port, tls, self._timeout_s) as server:
                server.ehlo_or_helo_if_needed()
                is_secure = port == TLS_PORT
                if not is_secure and server.has_extn("starttls"):
                    server.starttls(context=tls)
                    server.ehlo()
                    is_secure = True
                if user and password:
                    if not is_secure:
                        remedy = "Use the port with TLS, usually 587 or 465."
                        raise KeyRefused(f"{host} does not secure the connection; no password is sent.", remedy)
                    server.login(user, password)
                size = server.esmtp_features.get("size", "")
        except smtplib.SMTPAuthenticationError as error:
            remedy = "Check them; some providers want a password made for one application."
            raise KeyRefused(f"{host} does not accept this user name and password.", remedy) from error
        except smtplib.SMTPNotSupportedError as error:
            raise KeyRefused(f"{host} takes no sign-in here.", "Check the port, usually 587 or 465.") from error
        except ssl.SSLCertVerificationError as error:
            raise Unclear(f"The certificate of {host} cannot be trusted.", "Check the host name.") from error
        except TimeoutError as error:
            raise TooSlow(f"{host} did not answer in time.", "Check the port, or try again later.") from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            if isinstance(error.__context__, TimeoutError):
                raise TooSlow(f"{host} did not answer in time.", "Check the port, or try again later.") from error
            raise Unclear(f"The mail server {host} cannot be reached or speaks no SMTP.", "Check the port.") from error
        return Validation(
            account=user,
            warning=None if is_secure else "The connection to this server is not secured.",
            details={"largest_mail_bytes": int(size) if size.isdigit() else None},
        )


def _connected(host: str, address: str, port: int, tls: ssl.SSLContext, timeout_s: float) -> smtplib.SMTP:
    if port == TLS_PORT:
        return _PinnedTls(host, port, timeout=timeout_s, context=tls, address=address)
    return _Pinned(host, port, timeout=timeout_s, address=address)


class _Pinned(smtplib.SMTP):
    """Connects to the address that was judged, whatever the name says by now."""

    def __init__(self, *args: Any, address: str, **given: Any) -> None:
        self._address = address
        super().__init__(*args, **given)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((self._address, port), timeout)


class _PinnedTls(smtplib.SMTP_SSL):
    """The same, secured from the start; the certificate is the name's."""

    def __init__(self, *args: Any, address: str, **given: Any) -> None:
        self._address = address
        super().__init__(*args, **given)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((self._address, port), timeout)
        return self.context.wrap_socket(plain, server_hostname=host)
