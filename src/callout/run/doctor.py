"""`callout doctor`: what is configured, simulated or missing, and how to mend it. Changes nothing."""

import os
import platform
import sys
import tempfile
from pathlib import Path

import httpx
import psycopg

from callout.run import edge, embedded_postgres, voice_extra
from callout.run.busy_ports import is_free
from callout.run.diagnosis import Finding, Verdict
from callout.run.migrate import pending
from callout.run.topology import PARTS, Part
from callout.services.gateway.process import envoy_binary, validate, write_bootstrap
from callout.settings import Settings

OLDEST_PYTHON = (3, 11)
WANTED = {
    "E-mail (SendGrid)": ("sendgrid",),
    "Addresses (Nominatim)": ("nominatim",),
    "Businesses (SerpAPI, Google)": ("serpapi", "google_maps"),
}
"""What is looked up outside, and the providers that do it."""
KEY_OF = {
    "sendgrid": "SENDGRID_API_KEY",
    "nominatim": "NOMINATIM_URL",
    "serpapi": "SERPAPI_KEY",
    "google_maps": "GOOGLE_MAPS_API_KEY",
}


def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order things depend on each other."""
    return [
        _python(),
        _state(settings),
        *_keys(settings),
        *_database(settings),
        *(_port(part, settings) for part in PARTS.values() if part.setting),
        _gateway(settings),
        _voice(settings),
        *_providers(settings),
    ]


def _python() -> Finding:
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        return Finding("Python", Verdict.FAILED, text, "install Python 3.11 or newer")
    return Finding("Python", Verdict.OK, text)


def _state(settings: Settings) -> Finding:
    path = settings.state_dir
    existing = next(folder for folder in (path, *path.resolve().parents) if folder.exists())
    if not os.access(existing, os.W_OK):
        return Finding("State directory", Verdict.FAILED, f"{path} cannot be written", "set CALLOUT_STATE_DIR")
    return Finding("State directory", Verdict.OK, str(path))


def _keys(settings: Settings) -> list[Finding]:
    found = len(list(settings.keys_dir.glob("*.pem"))) if settings.keys_dir.is_dir() else 0
    made = "made at the first start" if not found else f"{found} in {settings.keys_dir}"
    signing = Finding("Signing keys", Verdict.OK, made)
    if settings.security.secret_key is not None:
        return [signing, Finding("Secret key", Verdict.OK, "from CALLOUT_SECRET_KEY")]
    kept = settings.state_dir / "secret.key"
    if settings.environment == "production":
        remedy = "set CALLOUT_SECRET_KEY, the same on every host; keep a copy, stored credentials depend on it"
        return [signing, Finding("Secret key", Verdict.FAILED, "not set in production", remedy)]
    return [signing, Finding("Secret key", Verdict.OK, str(kept) if kept.exists() else "made at the first start")]


def _database(settings: Settings) -> list[Finding]:
    given = settings.database.url
    if given is not None:
        return _reach(given.get_secret_value(), "check DATABASE_URL and that the server runs")
    running = embedded_postgres.find(settings.state_dir)
    if running is None:
        kept = (settings.state_dir / "postgres").exists()
        text = "embedded, not running" if kept else "embedded, created at the first start"
        return [Finding("Database", Verdict.OFF, text, "`callout up` starts it")]
    return _reach(running.url_app, f"look into {settings.state_dir / 'postgres.log'}")


def _reach(url: str, remedy: str) -> list[Finding]:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            version = connection.info.server_version // 10_000
            strong = connection.execute(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        return [Finding("Database", Verdict.FAILED, str(error).strip().splitlines()[0], remedy)]
    schema = Finding("Schema", Verdict.OK, "up to date")
    if missing := pending(url):
        schema = Finding("Schema", Verdict.FAILED, f"{len(missing)} migration(s) to apply", "run `callout db migrate`")
    findings = [Finding("Database", Verdict.OK, f"PostgreSQL {version} answers"), schema]
    if strong and strong[0]:
        remedy = "let DATABASE_URL name a role without BYPASSRLS, and DATABASE_OWNER_URL the owner"
        findings.append(
            Finding("Tenant isolation", Verdict.FAILED, "the services' role passes by row security", remedy)
        )
    return findings


def _port(part: Part, settings: Settings) -> Finding:
    port, host = part.port(settings.ports), settings.ports.host
    subject = f"Port {port} ({part.name})"
    if is_free(host, port):
        return Finding(subject, Verdict.OFF, "free: not running")
    try:
        body = httpx.get(f"http://{host}:{port}/health", timeout=3).json()
        who = body.get("service", "")
    except (httpx.HTTPError, ValueError, AttributeError):
        who = ""
    if part.name in {who, "sandbox"}:
        return Finding(subject, Verdict.OK, "running")
    return Finding(subject, Verdict.FAILED, "used by another program", f"stop it or set {part.setting}")


def _gateway(settings: Settings) -> Finding:
    binary = envoy_binary()
    if binary is None:
        return Finding("Gateway", Verdict.OFF, "no Envoy for this platform", "use `callout up --no-gateway`")
    with tempfile.TemporaryDirectory(prefix="callout-") as folder:
        trial = settings.model_copy(update={"state_dir": Path(folder)})
        write_bootstrap(edge.options(trial), Path(folder) / "envoy.json")
        complaint = validate(binary, Path(folder) / "envoy.json")
    if complaint:
        return Finding("Gateway", Verdict.FAILED, complaint, "report this with your settings")
    return Finding("Gateway", Verdict.OK, f"Envoy at {binary}")


def _voice(settings: Settings) -> Finding:
    if not settings.voice.is_on:
        return Finding("Live calls", Verdict.OFF, "switched off by CALLOUT_VOICE")
    if not voice_extra.is_installed():
        return Finding("Live calls", Verdict.OFF, "the media engine is not installed", voice_extra.HOW)
    return Finding("Live calls", Verdict.OK, f"up to {settings.voice.capacity} at once in a process")


def _providers(settings: Settings) -> list[Finding]:
    """Providers with an installation-wide setting; tenants may bring their own keys in the console."""
    given = settings.keys.given()
    findings = []
    for subject, providers in WANTED.items():
        variables = [KEY_OF[provider] for provider in providers]
        present = [KEY_OF[provider] for provider in providers if provider in given]
        if settings.simulation == "always" or (not present and settings.simulation == "auto"):
            remedy = f"set {' or '.join(variables)} to use the real one"
            findings.append(Finding(subject, Verdict.SIMULATED, "the simulator answers", remedy))
        elif not present:
            findings.append(Finding(subject, Verdict.OFF, "no key", f"set {' or '.join(variables)}"))
        else:
            findings.append(Finding(subject, Verdict.OK, f"from {' and '.join(present)}"))
    return findings
