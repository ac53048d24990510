"""Every installation setting, typed, frozen and documented: the only reader of the environment."""

import hashlib
import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """Settings that cannot be used; the message names each variable and what it takes."""


class _Group(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)


def default_state_dir() -> Path:
    """A directory per user and checkout, so that two checkouts never share a database."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    here = Path.cwd().resolve()
    return Path(base) / "callout" / f"{here.name}-{hashlib.sha256(str(here).encode()).hexdigest()[:8]}"


class PortSettings(_Group):
    """Where the services listen."""

    host: str = Field("127.0.0.1", alias="CALLOUT_HOST", description="Address the services bind to.")
    gateway: int = Field(3000, alias="GATEWAY_PORT", ge=1, le=65535, description="The one public port.")
    admin: int = Field(3001, alias="ADMIN_PORT", ge=1, le=65535, description="Admin service.")
    vendor: int = Field(3002, alias="VENDOR_PORT", ge=1, le=65535, description="Vendor service.")
    voice: int = Field(3003, alias="VOICE_PORT", ge=1, le=65535, description="Voice service (live calls).")
    sandbox: int = Field(3009, alias="SANDBOX_PORT", ge=1, le=65535, description="Simulators of outside providers.")


class DatabaseSettings(_Group):
    """Where the data lives; without DATABASE_URL a PostgreSQL of its own is started."""

    url: SecretStr | None = Field(
        None, alias="DATABASE_URL", description="postgresql://user:password@host:port/name of an existing PostgreSQL."
    )
    owner_url: SecretStr | None = Field(
        None,
        alias="DATABASE_OWNER_URL",
        description="A role that may change the schema, when DATABASE_URL's role may not; used by migrations only.",
    )
    pool_size: int = Field(10, alias="DATABASE_POOL_SIZE", ge=1, le=200, description="Connections kept per process.")
    connect_timeout_s: float = Field(30, alias="DATABASE_CONNECT_TIMEOUT_S", gt=0, description="Seconds to connect.")
    statement_timeout_ms: int = Field(
        30_000, alias="DATABASE_STATEMENT_TIMEOUT_MS", ge=100, description="Milliseconds one statement may take."
    )


class SecuritySettings(_Group):
    """Keys and limits."""

    secret_key: SecretStr | None = Field(
        None,
        alias="CALLOUT_SECRET_KEY",
        description="Encrypts stored credentials and signs links; made and kept in the state directory when unset.",
    )
    previous_secret_keys: list[SecretStr] = Field(
        default_factory=list,
        alias="CALLOUT_PREVIOUS_SECRET_KEYS",
        description="Keys that may still open old values, as a JSON list; for rotation.",
    )
    signing_keys_dir: Path | None = Field(
        None, alias="CALLOUT_SIGNING_KEYS_DIR", description="Directory of the Ed25519 keys that sign access tokens."
    )
    allowed_origins: list[str] = Field(
        default_factory=list, alias="CALLOUT_ALLOWED_ORIGINS", description="Browser origins allowed, as a JSON list."
    )
    trusted_proxies: list[str] = Field(
        default_factory=lambda: ["127.0.0.0/8", "::1/128"],
        alias="CALLOUT_TRUSTED_PROXIES",
        description="Networks of gateways whose X-Forwarded-For the services believe, as a JSON list.",
    )
    rate_limit_factor: float = Field(
        1.0, alias="CALLOUT_RATE_LIMIT_FACTOR", gt=0, description="Scales every rate limit; load tests raise it."
    )


class ProviderSettings(_Group):
    """How providers are reached."""

    sandbox: Literal["auto", "always", "never"] = Field(
        "auto",
        alias="CALLOUT_SANDBOX",
        description="auto: simulate what has no key; always: simulate all; never: refuse features without a key.",
    )
    sandbox_url: str | None = Field(
        None, alias="CALLOUT_SANDBOX_URL", description="Where the simulators answer, when not on this machine's port."
    )
    mail_from: str = Field("callout@localhost.localdomain", alias="CALLOUT_MAIL_FROM", description="Sender address.")
    places_timeout_s: float = Field(
        60.0,
        alias="CALLOUT_PLACES_TIMEOUT_S",
        gt=0,
        le=110,
        description="Seconds SerpApi or Google Places may take for one request before it is given up and asked again.",
    )
    private_hosts: list[str] = Field(
        default_factory=list,
        alias="CALLOUT_PRIVATE_HOSTS",
        description="Hosts inside your network that a provider's address may name, also without TLS: a JSON list of "
        "host or host:port. Every other private address is refused.",
    )


class VoiceSettings(_Group):
    """The voice service: how many calls a process carries, and when a customer counts as speaking."""

    is_on: bool = Field(True, alias="CALLOUT_VOICE", description="Run the voice service with `callout up`.")
    capacity: int = Field(
        10,
        alias="CALLOUT_VOICE_CALLS",
        ge=1,
        le=50,
        description="Calls at once in one voice process, that is per core.",
    )
    lag_budget_ms: float = Field(
        60,
        alias="CALLOUT_VOICE_LAG_MS",
        gt=0,
        description="No further call is taken while the event loop is later than this (p95 of five seconds).",
    )
    drain_s: float = Field(
        120, alias="CALLOUT_VOICE_DRAIN_S", ge=0, description="Seconds running calls may go on when the service ends."
    )
    min_volume: float = Field(
        0.3, alias="CALLOUT_VOICE_MIN_VOLUME", ge=0, le=1, description="What is quieter is no speech (0..1)."
    )
    speech_start_s: float = Field(
        0.1, alias="CALLOUT_VOICE_START_S", gt=0, le=1, description="Seconds of speech before it interrupts the agent."
    )
    speech_stop_s: float = Field(
        0.2, alias="CALLOUT_VOICE_STOP_S", gt=0, le=2, description="Seconds of silence before the recogniser is asked."
    )
    patience_whole_s: float = Field(
        0.25,
        alias="CALLOUT_VOICE_PATIENCE_S",
        ge=0,
        le=3,
        description="Silence that ends a turn after a whole sentence.",
    )
    patience_open_s: float = Field(
        1.0,
        alias="CALLOUT_VOICE_OPEN_PATIENCE_S",
        ge=0,
        le=5,
        description="Silence that ends a turn after words that call for more, such as `and`.",
    )
    advertised_url: str | None = Field(
        None,
        alias="CALLOUT_VOICE_URL",
        description="How other services reach this voice process; its host and port when unset.",
    )


def _key(alias: str, description: str) -> Any:
    return Field(None, alias=alias, description=description)


class ProviderKeySettings(_Group):
    """The installation's own provider credentials, used by tenants without their own.

    A field is named after the provider and its credential or option: `openai__api_key`.
    """

    openai__api_key: SecretStr | None = _key("OPENAI_API_KEY", "Language models of OpenAI.")
    gemini__api_key: SecretStr | None = _key("GEMINI_API_KEY", "Language models of Google.")
    claude__api_key: SecretStr | None = _key("ANTHROPIC_API_KEY", "Language models of Anthropic.")
    grok__api_key: SecretStr | None = _key("XAI_API_KEY", "Language models of xAI.")
    local_llm__base_url: str | None = _key("LOCAL_LLM_URL", "A server of your own that speaks the OpenAI protocol.")
    local_llm__api_key: SecretStr | None = _key("LOCAL_LLM_API_KEY", "Its key, where it asks for one.")
    elevenlabs__api_key: SecretStr | None = _key("ELEVENLABS_API_KEY", "Voices of ElevenLabs.")
    cloned_voice__base_url: str | None = _key("CLONED_VOICE_URL", "A voice server of your own.")
    cloned_voice__api_key: SecretStr | None = _key("CLONED_VOICE_API_KEY", "Its key.")
    deepgram__api_key: SecretStr | None = _key("DEEPGRAM_API_KEY", "Speech recognition of Deepgram.")
    twilio__account_sid: str | None = _key("TWILIO_ACCOUNT_SID", "Calls and messages by Twilio: the account.")
    twilio__auth_token: SecretStr | None = _key("TWILIO_AUTH_TOKEN", "Twilio: the auth token.")
    twilio__from_number: str | None = _key("TWILIO_FROM_NUMBER", "Twilio: the number calls come from.")
    serpapi__api_key: SecretStr | None = _key("SERPAPI_KEY", "Businesses on Google Maps, by SerpAPI.")
    google_maps__api_key: SecretStr | None = _key("GOOGLE_MAPS_API_KEY", "Businesses by Google's Places API.")
    nominatim__base_url: str | None = _key("NOMINATIM_URL", "A Nominatim server for addresses.")
    sendgrid__api_key: SecretStr | None = _key("SENDGRID_API_KEY", "E-mail by SendGrid.")
    sendgrid__base_url: str | None = _key("SENDGRID_BASE_URL", "SendGrid's API (EU: https://api.eu.sendgrid.com).")
    ses__access_key_id: str | None = _key("SES_ACCESS_KEY_ID", "E-mail by Amazon SES: access key id.")
    ses__secret_access_key: SecretStr | None = _key("SES_SECRET_ACCESS_KEY", "Amazon SES: secret access key.")
    ses__region: str | None = _key("SES_REGION", "Amazon SES: region, us-east-1 when unset.")
    sns__access_key_id: str | None = _key("SNS_ACCESS_KEY_ID", "Text messages by Amazon SNS: access key id.")
    sns__secret_access_key: SecretStr | None = _key("SNS_SECRET_ACCESS_KEY", "Amazon SNS: secret access key.")
    sns__region: str | None = _key("SNS_REGION", "Amazon SNS: region, us-east-1 when unset.")
    smtp__host: str | None = _key("SMTP_HOST", "E-mail by your own server: host.")
    smtp__port: str | None = _key("SMTP_PORT", "Your mail server: port, 587 or 465.")
    smtp__username: str | None = _key("SMTP_USERNAME", "Your mail server: user name.")
    smtp__password: SecretStr | None = _key("SMTP_PASSWORD", "Your mail server: password.")
    textmagic__username: str | None = _key("TEXTMAGIC_USERNAME", "Text messages by Textmagic: user name.")
    textmagic__api_key: SecretStr | None = _key("TEXTMAGIC_API_KEY", "Textmagic: key.")
    vonage__api_key: str | None = _key("VONAGE_API_KEY", "Text messages by Vonage: key.")
    vonage__api_secret: SecretStr | None = _key("VONAGE_API_SECRET", "Vonage: secret.")
    fcm__project_id: str | None = _key("FIREBASE_PROJECT_ID", "Push messages by Firebase: project.")
    fcm__client_email: str | None = _key("FIREBASE_CLIENT_EMAIL", "Firebase: e-mail of the service account.")
    fcm__private_key: SecretStr | None = _key(
        "FIREBASE_PRIVATE_KEY", r"Firebase: private key of the service account; line ends may be written as \n."
    )
    whatsapp__access_token: SecretStr | None = _key("WHATSAPP_BUSINESS_TOKEN", "WhatsApp: lasting access token.")
    whatsapp__phone_number_id: str | None = _key("WHATSAPP_PHONE_NUMBER_ID", "WhatsApp: id of the phone number.")

    def given(self) -> dict[str, dict[str, str]]:
        """Provider → field → value of everything that is set."""
        found: dict[str, dict[str, str]] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            plain = value.get_secret_value() if isinstance(value, SecretStr) else value
            if plain:
                provider, _, field = name.partition("__")
                found.setdefault(provider, {})[field] = plain
        return found


class Settings(_Group):
    """All of it."""

    environment: Literal["development", "production"] = Field(
        "development", alias="CALLOUT_ENV", description="production refuses to simulate and hides the API pages."
    )
    state_dir: Path = Field(
        default_factory=default_state_dir,
        alias="CALLOUT_STATE_DIR",
        description="Database, keys, files and logs of this installation.",
    )
    public_url: str | None = Field(
        None, alias="CALLOUT_PUBLIC_URL", description="How the outside reaches the gateway; in links and webhooks."
    )
    upload_store: str | None = Field(
        None,
        alias="CALLOUT_UPLOAD_STORE",
        description="s3://…, gs://…, az://… or file:///…; state directory when unset.",
    )
    drain_notice_s: float = Field(
        0,
        alias="CALLOUT_DRAIN_NOTICE_S",
        ge=0,
        le=120,
        description="Seconds /health/ready answers 503 before a service stops listening; more than a balancer's probe "
        "interval lets it end without a failed request.",
    )
    default_plan: Literal["trial", "pro", "enterprise", "self_hosted"] = Field(
        "self_hosted", alias="CALLOUT_DEFAULT_PLAN", description="Plan of new tenants."
    )
    worker_id: str = Field("worker-1", alias="CALLOUT_WORKER_ID", description="Stable identity of a worker process.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", alias="CALLOUT_LOG_LEVEL", description="Lowest level written."
    )
    log_format: Literal["json", "text"] = Field("json", alias="CALLOUT_LOG_FORMAT", description="json or text.")
    api_docs: bool = Field(True, alias="CALLOUT_API_DOCS", description="Serve /docs and /openapi.json.")

    ports: PortSettings = Field(default_factory=PortSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    security: SecuritySettings = Field(default_factory=SecuritySettings)
    providers: ProviderSettings = Field(default_factory=ProviderSettings)
    voice: VoiceSettings = Field(default_factory=VoiceSettings)
    keys: ProviderKeySettings = Field(default_factory=ProviderKeySettings)

    @cached_property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return (self.public_url or f"http://{self.ports.host}:{self.ports.gateway}").rstrip("/")

    @property
    def local_url(self) -> str:
        """The gateway as reached from this machine."""
        host = "127.0.0.1" if self.ports.host in {"0.0.0.0", "::"} else self.ports.host  # noqa: S104 - compared only
        return f"http://{host}:{self.ports.gateway}"

    @cached_property
    def simulators_url(self) -> str:
        """Where the simulators answer."""
        return (self.providers.sandbox_url or f"http://{self.ports.host}:{self.ports.sandbox}").rstrip("/")

    @property
    def simulation(self) -> Literal["auto", "always", "never"]:
        """Whether simulators may answer: CALLOUT_SANDBOX, except that production never simulates of its own accord."""
        if self.environment == "production" and self.providers.sandbox == "auto":
            return "never"
        return self.providers.sandbox

    @property
    def shows_api_pages(self) -> bool:
        """Whether /docs and /openapi.json are served."""
        return self.api_docs and self.environment != "production"

    @property
    def keys_dir(self) -> Path:
        """Directory of the token signing keys."""
        return self.security.signing_keys_dir or self.state_dir / "keys"

    @property
    def uploads_url(self) -> str:
        """The object store of uploaded files."""
        return self.upload_store or (self.state_dir / "uploads").absolute().as_uri()


GROUPS: tuple[type[_Group], ...] = (
    Settings,
    PortSettings,
    DatabaseSettings,
    SecuritySettings,
    ProviderSettings,
    VoiceSettings,
    ProviderKeySettings,
)


def load_settings(**overrides: Any) -> Settings:
    """Reads the environment.

    Raises:
        SettingsError: naming every variable with an unusable value.
    """
    errors: list[ValidationError] = []
    given = dict(overrides)
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if name not in given and isinstance(group, type) and issubclass(group, _Group):
            try:
                given[name] = group()
            except ValidationError as error:
                errors.append(error)
                given[name] = group.model_construct()
    try:
        settings = Settings(**given)
    except ValidationError as error:
        errors.insert(0, error)
    if errors:
        raise SettingsError(_explain(errors)) from errors[0]
    return settings


def reference() -> list[tuple[str, str, str, str]]:
    """(variable, type, default, description) of every setting; for the generated reference."""
    rows = []
    for group in GROUPS:
        for field in group.model_fields.values():
            if field.alias is None:
                continue
            default = "" if field.default_factory or field.default is None else str(field.default)
            kind = str(getattr(field.annotation, "__name__", field.annotation)).replace("typing.", "")
            rows.append((field.alias, kind, default, field.description or ""))
    return rows


def _explain(errors: list[ValidationError]) -> str:
    lines = []
    for row in [row for error in errors for row in error.errors(include_url=False)]:
        name = str(row["loc"][0]) if row["loc"] else "settings"
        is_secret = any(word in name for word in ("KEY", "URL", "TOKEN", "SECRET", "PASSWORD"))
        shown = "" if is_secret else f" (got {row.get('input')!r})"
        lines.append(f"{name}: {row['msg']}{shown}")
    return "These settings cannot be used:\n  " + "\n  ".join(lines)
