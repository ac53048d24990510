"""A gateway with its two services on free ports, and signed tokens to knock with."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from callout.services.gateway import GatewayOptions, Upstream
from callout.services.gateway.process import command, envoy_binary, write_bootstrap

ISSUER = "https://callout.test"
KEY = Ed25519PrivateKey.generate()
UPSTREAM = Path(__file__).with_name("upstream.py")


def jwks() -> str:
    return json.dumps({"keys": [{**json.loads(OKPAlgorithm.to_jwk(KEY.public_key())), "kid": "one", "alg": "EdDSA"}]})


def token(role: str, *, key: Ed25519PrivateKey = KEY, age_s: int = 0, **claims: Any) -> dict[str, str]:
    now = int(time.time()) - age_s
    body = {"iss": ISSUER, "aud": "callout", "sub": "u", "role": role, "iat": now, "exp": now + 900, **claims}
    return {"Authorization": "Bearer " + jwt.encode(body, key, "EdDSA", headers={"kid": "one"})}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(arguments: list[str], **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(arguments, env={**os.environ, **environment}, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@contextmanager
def upstream(name: str, port: int) -> Iterator[None]:
    with running([sys.executable, str(UPSTREAM), str(port)], UPSTREAM_NAME=name):
        yield


@dataclass
class Stand:
    options: GatewayOptions
    folder: Path
    services: dict[str, ExitStack] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.options.port}"

    def start(self, name: str) -> None:
        place = self.options.admin if name == "admin" else self.options.vendor
        self.services[name] = ExitStack()
        self.services[name].enter_context(upstream(name, place[0].port))

    def stop(self, name: str) -> None:
        self.services.pop(name).close()

    def wait_for(self, path: str, status: int, within_s: float = 15.0) -> httpx.Response:
        deadline = time.monotonic() + within_s
        while True:
            try:
                found = httpx.get(self.url + path)
                if found.status_code == status:
                    return found
            except httpx.TransportError:
                found = None
            assert time.monotonic() < deadline, f"{path} never answered {status}: {found and found.text}"
            time.sleep(0.05)


@contextmanager
def stand(**options: Any) -> Iterator[Stand]:
    binary = envoy_binary()
    assert binary is not None
    with tempfile.TemporaryDirectory(prefix="gate way ") as folder, ExitStack() as stack:
        made = GatewayOptions(
            port=free_port(),
            admin=(Upstream("127.0.0.1", free_port()),),
            vendor=(Upstream("127.0.0.1", free_port()),),
            jwks=jwks(),
            issuer=ISSUER,
            admin_pipe=f"{folder}/admin.sock",
            **options,
        )
        place = Stand(made, Path(folder))
        for name in ("admin", "vendor"):
            place.start(name)
        stack.callback(lambda: [place.stop(name) for name in list(place.services)])
        config = Path(folder) / "envoy.json"
        write_bootstrap(made, config)
        stack.enter_context(running(command(binary, config, log_level="error")))
        place.wait_for("/health", 200)
        yield place
