"""Envoy as a program: where it is, how it is started, checked and drained."""

import importlib.util
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import httpx

from callout.services.gateway.bootstrap import bootstrap
from callout.services.gateway.options import GatewayOptions

_DRAIN_POLL_S = 0.1


def envoy_binary() -> Path | None:
    """The Envoy of the installed wheel, else one on the path, else None."""
    wheel = importlib.util.find_spec("envoy")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        binary = Path(folder) / "_bin" / "envoy"
        if os.access(binary, os.X_OK):
            return binary
    found = shutil.which("envoy")
    return Path(found) if found else None


def write_bootstrap(options: GatewayOptions, path: Path) -> None:
    """Store the bootstrap as JSON, readable by this account only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(bootstrap(options), indent=1))
    draft.chmod(0o600)
    draft.rename(path)


def command(binary: Path, config: Path, *, workers: int = 1, log_level: str = "warning") -> list[str]:
    """The command line of one gateway process."""
    flags = ["--disable-hot-restart", "--concurrency", str(workers), "--log-level", log_level]
    return [str(binary), "-c", str(config), *flags]


def validate(binary: Path, config: Path) -> str | None:
    """What Envoy finds wrong with a configuration, or None."""
    done = subprocess.run(  # noqa: S603 - our own binary and file
        [*command(binary, config), "--mode", "validate"], capture_output=True, text=True, timeout=60, check=False
    )
    return None if done.returncode == 0 else (done.stderr or done.stdout).strip()


def drain(admin_pipe: str, *, within_s: float) -> None:
    """Take no new connections and let the requests under way finish, at most `within_s` seconds."""
    deadline = time.monotonic() + within_s
    transport = httpx.HTTPTransport(uds=admin_pipe)
    with httpx.Client(transport=transport, base_url="http://gateway", timeout=2.0) as client:
        client.post("/drain_listeners")
        while time.monotonic() < deadline:
            active = client.get("/stats", params={"filter": "^http.edge.downstream_rq_active$"}).text
            if active.strip().endswith(" 0"):
                return
            time.sleep(_DRAIN_POLL_S)
