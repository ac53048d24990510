"""Signing in to a mail server: over TLS only, at the address that was judged, with failures told apart."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from callout.adapters.smtp.check import SmtpCheck
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import KeyRefused, TooSlow, Unclear

HOST = "mail.test"
NOW = datetime(2026, 3, 5, tzinfo=UTC)


class MailServer:
    """As much of RFC 5321, 3207 and 4954 as a sign-in needs."""

    def __init__(self, tls: ssl.SSLContext | None, *, offers_auth: bool = True, is_silent: bool = False) -> None:
        self._tls, self._offers_auth, self._is_silent = tls, offers_auth, is_silent
        self.seen: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secured = False
        try:
            if self._is_silent:
                await reader.read()
                return
            await self._say(writer, "220 mail.test ESMTP")
            while line := (await reader.readline()).decode("ascii", "replace").strip():
                verb = line.split(" ")[0].upper()
                self.seen.append(verb)
                if verb == "EHLO":
                    offers = ["SIZE 1000000"]
                    offers += ["AUTH PLAIN"] if self._offers_auth else []
                    offers += ["STARTTLS"] if self._tls and not secured else []
                    await self._say(writer, "250-mail.test", *(f"250-{offer}" for offer in offers), "250 HELP")
                elif verb == "STARTTLS" and self._tls:
                    await self._say(writer, "220 go ahead")
                    await writer.start_tls(self._tls)
                    secured = True
                elif verb == "AUTH":
                    pair = base64.b64decode(line.split(" ")[2]).decode().split("\0")[1:]
                    good = pair == ["callout", "right horse"]
                    await self._say(writer, "235 ok" if good else "535 5.7.8 bad credentials")
                elif verb == "QUIT":
                    await self._say(writer, "221 bye")
                    return
                else:
                    await self._say(writer, "250 ok")
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def _say(writer: asyncio.StreamWriter, *lines: str) -> None:
        writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await writer.drain()


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(the server's, the client's): a certificate for mail.test that only this client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    path = Path(tmp_path_factory.mktemp("tls")) / "both.pem"
    path.write_bytes(
        certificate.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))


Start = Callable[[MailServer], Awaitable[int]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    servers: list[asyncio.Server] = []

    async def begin(server: MailServer) -> int:
        servers.append(await asyncio.start_server(server.serve, "127.0.0.1", 0))
        return int(servers[-1].sockets[0].getsockname()[1])

    yield begin
    for server in servers:
        server.close()


async def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def nobody(ask: Any) -> Any:
    raise AssertionError("SMTP is no HTTP")


def credential(port: int, **values: str) -> Credential:
    given = {"host": HOST, "port": str(port), "username": "callout", "password": "right horse", **values}
    return Credential(provider="smtp", values=given, options={}, base_url="", source="tenant", key_id="smtp:1")


async def test_the_right_password_is_accepted_over_tls(start: Start, tls: Any) -> None:
    server = MailServer(tls[0])
    check = SmtpCheck(here, tls=tls[1])
    told = await check.check(credential(await start(server)), nobody, NOW)
    assert (told.account, told.warning, told.details["largest_mail_bytes"]) == ("callout", None, 1_000_000)
    assert server.seen.index("STARTTLS") < server.seen.index("AUTH")


async def test_a_wrong_password_is_refused(start: Start, tls: Any) -> None:
    check = SmtpCheck(here, tls=tls[1])
    with pytest.raises(KeyRefused) as caught:
        await check.check(credential(await start(MailServer(tls[0])), password="wrong horse"), nobody, NOW)
    assert "wrong horse" not in caught.value.words


async def test_no_password_goes_over_an_open_line(start: Start) -> None:
    server = MailServer(None)
    with pytest.raises(KeyRefused, match="does not secure"):
        await SmtpCheck(here).check(credential(await start(server)), nobody, NOW)
    assert "AUTH" not in server.seen


async def test_a_certificate_nobody_vouches_for_is_not_trusted(start: Start, tls: Any) -> None:
    server = MailServer(tls[0])
    with pytest.raises(Unclear, match="certificate"):
        await SmtpCheck(here).check(credential(await start(server)), nobody, NOW)
    assert "AUTH" not in server.seen


async def test_a_server_without_sign_in_says_so(start: Start, tls: Any) -> None:
    check = SmtpCheck(here, tls=tls[1])
    with pytest.raises(KeyRefused, match="no sign-in"):
        await check.check(credential(await start(MailServer(tls[0], offers_auth=False))), nobody, NOW)


async def test_silence_is_slow_and_nobody_there_is_unclear(start: Start, tls: Any) -> None:
    check = SmtpCheck(here, tls=tls[1], timeout_s=0.3)
    with pytest.raises(TooSlow):
        await check.check(credential(await start(MailServer(tls[0], is_silent=True))), nobody, NOW)
    with pytest.raises(Unclear):
        await check.check(credential(1), nobody, NOW)


async def test_hosts_of_our_own_network_are_not_gone_to(start: Start, tls: Any) -> None:
    server = MailServer(tls[0])

    async def inside(host: str, port: int) -> list[str]:
        raise OSError("leads inside")

    with pytest.raises(Unclear, match="cannot be reached"):
        await SmtpCheck(inside, tls=tls[1]).check(credential(await start(server)), nobody, NOW)
    assert server.seen == []
