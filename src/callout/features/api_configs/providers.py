"""The providers a tenant may bring keys for."""

from typing import Final

from callout.features.api_configs.specs import CredentialField, ProviderSpec

PEM = r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+-----END [A-Z ]*PRIVATE KEY-----\s*"
ANYTHING = r".{1,4096}"
WEBHOOK = CredentialField(
    name="webhook_secret",
    label="Webhook secret",
    required=False,
    help="Signs what the provider sends us; shown once when the webhook is made there.",
)


def _key(pattern: str = r"[^\s]{11,}", label: str = "API key") -> CredentialField:
    return CredentialField(name="api_key", label=label, pattern=pattern, tail=True)


def _plain(name: str, label: str, *, pattern: str = ANYTHING, required: bool = True) -> CredentialField:
    return CredentialField(name=name, label=label, pattern=pattern, required=required, secret=False)


def _secret(name: str, label: str, pattern: str = r"[^\s]{11,}", *, tail: bool = False) -> CredentialField:
    return CredentialField(name=name, label=label, pattern=pattern, tail=tail)


CALLING, SCRAPING, CLONING = "ai-calling", "data-scraper", "voice-cloning"

PROVIDERS: Final = (
    ProviderSpec(
        provider="openai",
        label="OpenAI",
        capabilities=("llm",),
        fields=(_key(r"sk-[^\s]{8,}"),),
        options=("base_url", "model"),
        setup_steps=("Sign in at platform.openai.com", "Open API keys", "Create a secret key and copy it here"),
        docs_url="https://platform.openai.com/docs",
        used_by=(CALLING,),
    ),
    ProviderSpec(
        provider="gemini",
        label="Google Gemini",
        aliases=("google",),
        capabilities=("llm",),
        fields=(_key(r"AIza[^\s]{8,}"),),
        options=("base_url", "model"),
        setup_steps=("Open aistudio.google.com", "Choose Get API key", "Copy the key here"),
        docs_url="https://ai.google.dev/gemini-api/docs",
        used_by=(CALLING,),
    ),
    ProviderSpec(
        provider="claude",
        label="Anthropic Claude",
        aliases=("anthropic",),
        capabilities=("llm",),
        fields=(_key(r"sk-ant-[^\s]{8,}"),),
        options=("base_url", "model"),
        setup_steps=("Sign in at console.anthropic.com", "Open API keys", "Create a key and copy it here"),
        docs_url="https://docs.anthropic.com",
        used_by=(CALLING,),
    ),
    ProviderSpec(
        provider="grok",
        label="xAI Grok",
        aliases=("xai",),
        capabilities=("llm",),
        fields=(_key(),),
        options=("base_url", "model"),
        setup_steps=("Sign in at console.x.ai", "Create an API key", "Copy it here"),
        docs_url="https://docs.x.ai",
        used_by=(CALLING,),
    ),
    ProviderSpec(
        provider="elevenlabs",
        label="ElevenLabs",
        capabilities=("tts", "voice_clone"),
        fields=(_key(r"sk_[^\s]{8,}"), WEBHOOK),
        options=("base_url", "model"),
        setup_steps=("Sign in at elevenlabs.io", "Open API keys in your profile", "Create a key and copy it here"),
        docs_url="https://elevenlabs.io/docs",
        used_by=(CALLING, CLONING),
        signs_with="webhook_secret",
    ),
    ProviderSpec(
        provider="cloned_voice",
        label="Own voice server",
        capabilities=("tts", "voice_clone"),
        fields=(_key(), WEBHOOK),
        setup_steps=("Start your voice server", "Enter its address as base_url", "Enter its key here"),
        used_by=(CALLING, CLONING),
        signs_with="webhook_secret",
    ),
    ProviderSpec(
        provider="twilio",
        label="Twilio",
        capabilities=("telephony", "sms"),
        fields=(
            _plain("account_sid", "Account SID", pattern=r"AC[0-9a-fA-F]{32}"),
            _secret("auth_token", "Auth token", tail=True),
        ),
        options=("base_url", "from_number", "messaging_service_sid"),
        setup_steps=("Sign in at console.twilio.com", "Copy Account SID and Auth Token", "Buy a number with voice"),
        docs_url="https://www.twilio.com/docs",
        used_by=(CALLING, "calling-operations"),
        signs_with="auth_token",
    ),
    ProviderSpec(
        provider="serpapi",
        label="SerpAPI",
        capabilities=("places",),
        fields=(_key(),),
        setup_steps=("Sign in at serpapi.com", "Copy the private API key here"),
        docs_url="https://serpapi.com/google-maps-api",
        used_by=(SCRAPING,),
    ),
    ProviderSpec(
        provider="google_maps",
        label="Google Maps",
        capabilities=("places", "geocode"),
        fields=(_key(r"AIza[^\s]{8,}"),),
        setup_steps=("Open console.cloud.google.com", "Enable the Places API", "Create a key and copy it here"),
        docs_url="https://developers.google.com/maps/documentation/places/web-service",
        used_by=(SCRAPING,),
    ),
    ProviderSpec(
        provider="deepgram",
        label="Deepgram",
        capabilities=("stt",),
        fields=(_key(),),
        options=("base_url", "model"),
        setup_steps=("Sign in at console.deepgram.com", "Create an API key", "Copy it here"),
        docs_url="https://developers.deepgram.com",
        used_by=(CALLING,),
    ),
    ProviderSpec(
        provider="sendgrid",
        label="SendGrid",
        capabilities=("email",),
        fields=(_key(), WEBHOOK),
        options=("base_url", "sender"),
        setup_steps=("Sign in at app.sendgrid.com", "Verify a sender", "Create an API key with Mail Send"),
        docs_url="https://www.twilio.com/docs/sendgrid",
        signs_with="webhook_secret",
    ),
    ProviderSpec(
        provider="ses",
        label="Amazon SES",
        capabilities=("email",),
        fields=(
            _secret("access_key_id", "Access key id", tail=True),
            _secret("secret_access_key", "Secret access key"),
        ),
        options=("base_url", "region", "sender"),
        setup_steps=("Verify a sender in SES", "Create an IAM user that may send", "Copy its keys here"),
        docs_url="https://docs.aws.amazon.com/ses",
    ),
    ProviderSpec(
        provider="smtp",
        label="SMTP server",
        capabilities=("email",),
        fields=(
            _plain("host", "Host"),
            _plain("port", "Port", pattern=r"\d{1,5}"),
            _plain("username", "User name", required=False),
            CredentialField(name="password", label="Password", pattern=ANYTHING, required=False),
        ),
        options=("from",),
        setup_steps=("Ask your mail provider for host, port and password of outgoing mail",),
    ),
    ProviderSpec(
        provider="sns",
        label="Amazon SNS",
        capabilities=("sms",),
        fields=(
            _secret("access_key_id", "Access key id", tail=True),
            _secret("secret_access_key", "Secret access key"),
        ),
        options=("base_url", "region", "sender"),
        setup_steps=("Leave the SMS sandbox in SNS", "Create an IAM user that may publish", "Copy its keys here"),
        docs_url="https://docs.aws.amazon.com/sns",
    ),
    ProviderSpec(
        provider="textmagic",
        label="Textmagic",
        capabilities=("sms",),
        fields=(_plain("username", "User name"), _key()),
        options=("base_url", "sender"),
        setup_steps=("Sign in at my.textmagic.com", "Open API settings", "Create a key and copy it here"),
        docs_url="https://docs.textmagic.com",
    ),
    ProviderSpec(
        provider="vonage",
        label="Vonage",
        aliases=("nexmo",),
        capabilities=("sms",),
        fields=(_key(r"[^\s]{8,}"), _secret("api_secret", "API secret", r"[^\s]{11,}")),
        options=("base_url", "sender"),
        setup_steps=("Sign in at dashboard.nexmo.com", "Copy API key and API secret here"),
        docs_url="https://developer.vonage.com",
    ),
    ProviderSpec(
        provider="fcm",
        label="Firebase Cloud Messaging",
        capabilities=("push",),
        fields=(
            _plain("project_id", "Project id"),
            _plain("client_email", "Client e-mail", pattern=r"[^@\s]+@[^@\s]+"),
            _secret("private_key", "Private key", PEM),
        ),
        setup_steps=("Open the Firebase console", "Create a service account key", "Copy its three members here"),
        docs_url="https://firebase.google.com/docs/cloud-messaging",
    ),
    ProviderSpec(
        provider="whatsapp",
        label="WhatsApp Business",
        capabilities=("whatsapp",),
        fields=(
            _secret("access_token", "Access token", tail=True),
            _plain("phone_number_id", "Phone number id", pattern=r"\d{5,30}"),
            CredentialField(name="verify_token", label="Verify token", pattern=r"[^\s]{4,200}", required=False),
            CredentialField(name="app_secret", label="App secret", required=False),
        ),
        setup_steps=("Create a WhatsApp app at developers.facebook.com", "Copy token, number id and app secret here"),
        docs_url="https://developers.facebook.com/docs/whatsapp",
        signs_with="app_secret",
    ),
    ProviderSpec(
        provider="nominatim",
        label="Nominatim",
        capabilities=("geocode",),
        setup_steps=("Enter the address of your Nominatim server as base_url",),
        docs_url="https://nominatim.org",
    ),
    ProviderSpec(
        provider="local_llm",
        label="Own language model",
        capabilities=("llm",),
        options=("base_url", "model"),
        setup_steps=("Start a server that speaks the OpenAI protocol", "Enter its address as base_url"),
        used_by=(CALLING,),
    ),
)
"""All of product specification section 4, in its order."""
