"""The gateway of this installation: settings become Envoy's configuration and command line."""

import json
from dataclasses import dataclass
from pathlib import Path

from callout import __version__
from callout.features.accounts.signing_keys import SigningKeys
from callout.run import voice_extra
from callout.run.errors import RunError
from callout.run.short_paths import short_directory
from callout.services.gateway import GatewayOptions, RateLimit, Upstream
from callout.services.gateway.process import command, envoy_binary, write_bootstrap
from callout.settings import Settings


@dataclass(frozen=True, slots=True)
class EdgeProcess:
    """How to start Envoy, and where it takes administration."""

    command: list[str]
    config: Path
    admin_pipe: str


class NoEnvoyError(RunError):
    """There is no Envoy for this platform; run without the gateway."""


def options(settings: Settings) -> GatewayOptions:
    """The gateway's options; makes the signing key if there is none yet."""
    ports, security = settings.ports, settings.security
    loopback = "127.0.0.1"
    scaled = max(1, round(1000 * security.rate_limit_factor))
    return GatewayOptions(
        host=ports.host,
        port=ports.gateway,
        admin=(Upstream(loopback, ports.admin),),
        vendor=(Upstream(loopback, ports.vendor),),
        voice=(Upstream(loopback, ports.voice),) if settings.voice.is_on and voice_extra.is_installed() else (),
        jwks=json.dumps(SigningKeys(settings.keys_dir).jwks()),
        issuer=settings.base_url,
        admin_pipe=str(short_directory(settings.state_dir, "gateway") / "admin.sock"),
        version=__version__,
        per_address=RateLimit(scaled, 900),
        origins=tuple(security.allowed_origins),
    )


def prepare(settings: Settings) -> EdgeProcess:
    """Write the configuration.

    Raises:
        NoEnvoyError: the platform has none.
    """
    binary = envoy_binary()
    if binary is None:
        raise NoEnvoyError("Envoy is not installed; use `callout up --no-gateway`, or put a proxy of your own in front")
    made = options(settings)
    config = settings.state_dir / "gateway" / "envoy.json"
    write_bootstrap(made, config)
    Path(made.admin_pipe).unlink(missing_ok=True)
    return EdgeProcess(command(binary, config), config, made.admin_pipe)
