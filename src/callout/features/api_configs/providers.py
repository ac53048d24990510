"""The providers a tenant may bring keys for."""

from typing import Final

from callout.features.api_configs.specs import CredentialField, OptionField, ProviderSpec

PEM = r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+-----END [A-Z ]*PRIVATE KEY-----\s*"
ANYTHING = r".{1,4096}"
WEBHOOK = CredentialField(
    name="webhook_secret",
    label="Webhook secret",
    required=False,
    help="Signs what the provider sends us; shown once when the webhook is made there.",
)
BASE_URL = OptionField(
    name="base_url",
    label="Address",
    pattern=r"https?://[^\s]{1,480}",
    help="Only for a proxy or a regional endpoint.",
)
OWN_SERVER = OptionField(
    name="base_url",
    label="Address",
    pattern=r"https?://[^\s]{1,480}",
    required=True,
    help="Where your server answers, for example https://voice.example.com. Without a path.",
)
VOICE_SERVER = OptionField(
    name="base_url",
    label="Address",
    pattern=BASE_URL.pattern,
    help="Where your server answers. Needed before it can speak; its webhooks are taken without.",
)
MODEL = OptionField(name="model", label="Model", pattern=r"[\w.:/@-]{1,120}", help="The provider's default when empty.")
REGION = OptionField(
    name="region",
    label="Region",
    pattern=r"[a-z]{2}(-[a-z]+)+-\d{1,2}",
    default="us-east-1",
    help="The AWS region, for example eu-west-1.",
)
SENDER = OptionField(
    name="sender",
    label="Sender address",
    pattern=r"[^@\s]{1,64}@[^@\s]{1,190}",
    help="Must be verified with the provider.",
)
SMS_SENDER = OptionField(
    name="sender",
    label="Sender",
    pattern=r"\+?[\w ]{3,16}",
    help="A number you own, or a name of up to 11 letters where the country allows names.",
)


def _key(pattern: str = r"[^\s]{11,}", *, shape: str = "") -> CredentialField:
    return CredentialField(name="api_key", label="API key", pattern=pattern, tail=True, help=shape)


def _plain(
    name: str, label: str, *, pattern: str = ANYTHING, required: bool = True, shape: str = ""
) -> CredentialField:
    return CredentialField(name=name, label=label, pattern=pattern, required=required, secret=False, help=shape)


def _secret(name: str, label: str, pattern: str = r"[^\s]{11,}", *, tail: bool = False) -> CredentialField:
    return CredentialField(name=name, label=label, pattern=pattern, tail=tail)


CALLING, SCRAPING, CLONING = "ai-calling", "data-scraper", "voice-cloning"
_AWS = (
    _secret("access_key_id", "Access key id", r"[A-Z0-9]{16,128}", tail=True),
    _secret("secret_access_key", "Secret access key", r"[A-Za-z0-9/+=]{16,128}"),
)
_AWS_SIMULATED = {
    "access_key_id": "AKIACALLOUTSANDBOX00",
    "secret_access_key": "sandbox/secret/access/key/of/callout00",
}

PROVIDERS: Final = (
    ProviderSpec(
        provider="openai",
        label="OpenAI",
        capabilities=("llm",),
        fields=(_key(r"sk-[^\s]{8,}", shape="Begins with sk-."),),
        options=(BASE_URL, MODEL),
        base_url="https://api.openai.com",
        setup_steps=(
            "Sign in at platform.openai.com and add a payment method under Billing",
            "Open API keys and choose Create new secret key",
            "Copy the key here; it is shown only once",
        ),
        docs_url="https://platform.openai.com/docs/api-reference/authentication",
        used_by=(CALLING,),
        simulator_takes={"api_key": "sk-sandbox-callout"},
    ),
    ProviderSpec(
        provider="gemini",
        label="Google Gemini",
        aliases=("google",),
        capabilities=("llm",),
        fields=(_key(r"AIza[^\s]{8,}", shape="Begins with AIza."),),
        options=(BASE_URL, MODEL),
        base_url="https://generativelanguage.googleapis.com",
        setup_steps=("Open aistudio.google.com", "Choose Get API key, then Create API key", "Copy the key here"),
        docs_url="https://ai.google.dev/gemini-api/docs/api-key",
        used_by=(CALLING,),
        simulator_takes={"api_key": "AIza-sandbox-callout"},
    ),
    ProviderSpec(
        provider="claude",
        label="Anthropic Claude",
        aliases=("anthropic",),
        capabilities=("llm",),
        fields=(_key(r"sk-ant-[^\s]{8,}", shape="Begins with sk-ant-."),),
        options=(BASE_URL, MODEL),
        base_url="https://api.anthropic.com",
        setup_steps=("Sign in at console.anthropic.com", "Open API keys and choose Create key", "Copy the key here"),
        docs_url="https://docs.anthropic.com/en/api/overview",
        used_by=(CALLING,),
        simulator_takes={"api_key": "sk-ant-sandbox-callout"},
    ),
    ProviderSpec(
        provider="grok",
        label="xAI Grok",
        aliases=("xai",),
        capabilities=("llm",),
        fields=(_key(shape="Usually begins with xai-."),),
        options=(BASE_URL, MODEL),
        base_url="https://api.x.ai",
        setup_steps=("Sign in at console.x.ai", "Open API keys and choose Create API key", "Copy the key here"),
        docs_url="https://docs.x.ai/docs",
        used_by=(CALLING,),
        simulator_takes={"api_key": "xai-sandbox-callout"},
    ),
    ProviderSpec(
        provider="elevenlabs",
        label="ElevenLabs",
        capabilities=("tts", "voice_clone"),
        fields=(_key(r"sk_[^\s]{8,}", shape="Begins with sk_."), WEBHOOK),
        options=(BASE_URL, MODEL),
        base_url="https://api.elevenlabs.io",
        setup_steps=(
            "Sign in at elevenlabs.io and open API keys in your profile",
            "Create a key that may read the user and use text to speech and voices",
            "Copy it here",
        ),
        docs_url="https://elevenlabs.io/docs/api-reference/authentication",
        used_by=(CALLING, CLONING),
        signs_with="webhook_secret",
        simulator_takes={"api_key": "sk_sandbox_callout"},
    ),
    ProviderSpec(
        provider="cloned_voice",
        label="Own voice server",
        capabilities=("tts", "voice_clone"),
        fields=(_key(), WEBHOOK),
        options=(VOICE_SERVER, MODEL),
        setup_steps=("Start your voice server", "Enter its address", "Enter its key"),
        docs_url="https://elevenlabs.io/docs/api-reference/voices/get-all",
        used_by=(CALLING, CLONING),
        signs_with="webhook_secret",
        simulator_takes={"api_key": "sandbox-callout"},
    ),
    ProviderSpec(
        provider="twilio",
        label="Twilio",
        capabilities=("telephony", "sms"),
        fields=(
            _plain("account_sid", "Account SID", pattern=r"AC[0-9a-fA-F]{32}", shape="AC and 32 hexadecimal digits."),
            _secret("auth_token", "Auth token", tail=True),
        ),
        options=(
            BASE_URL,
            OptionField(
                name="from_number", label="From number", pattern=r"\+[1-9]\d{6,14}", help="A number of the account."
            ),
            OptionField(
                name="messaging_service_sid",
                label="Messaging service",
                pattern=r"MG[0-9a-fA-F]{32}",
                help="MG and 32 hexadecimal digits; sends messages instead of one number.",
            ),
            OptionField(
                name="calls_per_second",
                label="Calls per second",
                pattern=r"0\.[1-9]|[1-9]\d{0,2}(\.\d)?",
                default="1",
                help="How many calls the account may start in a second; 1 unless Twilio raised it.",
            ),
        ),
        base_url="https://api.twilio.com",
        setup_steps=(
            "Sign in at console.twilio.com",
            "Copy Account SID and Auth Token from Account Info",
            "Buy a number that can call under Phone Numbers",
        ),
        docs_url="https://www.twilio.com/docs/iam/api/account",
        used_by=(CALLING, "calling-operations"),
        signs_with="auth_token",
        simulator_takes={
            "account_sid": "AC00000000000000000000000000000001",
            "auth_token": "sandbox-callout",
        },
    ),
    ProviderSpec(
        provider="serpapi",
        label="SerpAPI",
        capabilities=("places",),
        fields=(_key(),),
        options=(BASE_URL,),
        base_url="https://serpapi.com",
        setup_steps=("Sign in at serpapi.com", "Open Your account, then API key", "Copy the private key here"),
        docs_url="https://serpapi.com/google-maps-api",
        used_by=(SCRAPING,),
        simulator_takes={"api_key": "sandbox-callout"},
    ),
    ProviderSpec(
        provider="google_maps",
        label="Google Maps",
        capabilities=("places", "geocode"),
        fields=(_key(r"AIza[^\s]{8,}", shape="Begins with AIza."),),
        options=(BASE_URL,),
        base_url="https://places.googleapis.com",
        setup_steps=(
            "Open console.cloud.google.com and choose a project with billing",
            "Enable Places API (New) and Geocoding API",
            "Create an API key under Credentials and restrict it to these two APIs",
            "Copy it here",
        ),
        docs_url="https://developers.google.com/maps/documentation/places/web-service/get-api-key",
        used_by=(SCRAPING,),
        simulator_takes={"api_key": "AIza-sandbox-callout"},
    ),
    ProviderSpec(
        provider="deepgram",
        label="Deepgram",
        capabilities=("stt",),
        fields=(_key(),),
        options=(BASE_URL, MODEL),
        base_url="https://api.deepgram.com",
        setup_steps=("Sign in at console.deepgram.com", "Open API keys and create one", "Copy it here"),
        docs_url="https://developers.deepgram.com/docs/authenticating",
        used_by=(CALLING,),
        simulator_takes={"api_key": "sandbox-callout"},
    ),
    ProviderSpec(
        provider="sendgrid",
        label="SendGrid",
        capabilities=("email",),
        fields=(_key(shape="Usually begins with SG."), WEBHOOK),
        options=(BASE_URL, SENDER),
        base_url="https://api.sendgrid.com",
        setup_steps=(
            "Sign in at app.sendgrid.com and verify a sender or domain",
            "Create an API key with Mail Send",
            "For delivery receipts, switch on the signed event webhook and copy its verification key",
        ),
        docs_url="https://www.twilio.com/docs/sendgrid/api-reference/api-keys",
        signs_with="webhook_secret",
        simulator_takes={"api_key": "SG.sandbox-callout"},
    ),
    ProviderSpec(
        provider="ses",
        label="Amazon SES",
        capabilities=("email",),
        fields=_AWS,
        options=(BASE_URL, REGION, SENDER),
        base_url="https://email.{region}.amazonaws.com",
        setup_steps=(
            "Verify a sender in SES and ask for production access",
            "Create an IAM user with ses:SendEmail and ses:GetAccount",
            "Create an access key for it and copy both parts here",
        ),
        docs_url="https://docs.aws.amazon.com/ses/latest/dg/send-email-concepts-credentials.html",
        simulator_takes=_AWS_SIMULATED,
    ),
    ProviderSpec(
        provider="smtp",
        label="SMTP server",
        capabilities=("email",),
        fields=(
            _plain("host", "Host", pattern=r"[A-Za-z0-9.:-]{1,253}", shape="For example smtp.example.com."),
            _plain("port", "Port", pattern=r"\d{1,5}", shape="587 with STARTTLS, 465 with TLS."),
            _plain("username", "User name", required=False),
            CredentialField(name="password", label="Password", pattern=ANYTHING, required=False),
        ),
        options=(
            OptionField(name="from", label="Sender address", pattern=SENDER.pattern, help="What mails come from."),
        ),
        setup_steps=("Ask your mail provider for host, port and password of outgoing mail", "Enter them here"),
        docs_url="https://www.rfc-editor.org/rfc/rfc6409",
        without_simulator="SMTP is no HTTP; while there is no key, the SendGrid simulator takes the mail.",
    ),
    ProviderSpec(
        provider="sns",
        label="Amazon SNS",
        capabilities=("sms",),
        fields=_AWS,
        options=(BASE_URL, REGION, SMS_SENDER),
        base_url="https://sns.{region}.amazonaws.com",
        setup_steps=(
            "Leave the SMS sandbox in SNS and set a monthly spending limit",
            "Create an IAM user with sns:Publish and sns:GetSMSAttributes",
            "Create an access key for it and copy both parts here",
        ),
        docs_url="https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html",
        simulator_takes=_AWS_SIMULATED,
    ),
    ProviderSpec(
        provider="textmagic",
        label="Textmagic",
        capabilities=("sms",),
        fields=(_plain("username", "User name", pattern=r"[^\s]{1,120}"), _key()),
        options=(BASE_URL, SMS_SENDER),
        base_url="https://rest.textmagic.com",
        setup_steps=("Sign in at my.textmagic.com", "Open API settings and add a key", "Copy user name and key here"),
        docs_url="https://docs.textmagic.com",
        simulator_takes={"username": "callout", "api_key": "sandbox-callout"},
    ),
    ProviderSpec(
        provider="vonage",
        label="Vonage",
        aliases=("nexmo",),
        capabilities=("sms",),
        fields=(_key(r"[^\s]{8,}"), _secret("api_secret", "API secret")),
        options=(BASE_URL, SMS_SENDER),
        base_url="https://rest.nexmo.com",
        setup_steps=("Sign in at dashboard.nexmo.com", "Open API settings", "Copy API key and API secret here"),
        docs_url="https://developer.vonage.com/en/account/overview",
        simulator_takes={"api_key": "callout0", "api_secret": "sandbox-callout"},
    ),
    ProviderSpec(
        provider="fcm",
        label="Firebase Cloud Messaging",
        capabilities=("push",),
        fields=(
            _plain("project_id", "Project id", pattern=r"[a-z][a-z0-9-]{4,29}", shape="project_id of the key file."),
            _plain("client_email", "Client e-mail", pattern=r"[^@\s]+@[^@\s]+", shape="client_email of the key file."),
            CredentialField(
                name="private_key",
                label="Private key",
                pattern=PEM,
                help="private_key of the key file, with its BEGIN and END lines.",
                several_lines=True,
            ),
        ),
        options=(BASE_URL,),
        base_url="https://fcm.googleapis.com",
        setup_steps=(
            "Open the Firebase console, Project settings, Service accounts",
            "Choose Generate new private key",
            "Copy project_id, client_email and private_key of the file here",
        ),
        docs_url="https://firebase.google.com/docs/cloud-messaging/auth-server",
    ),
    ProviderSpec(
        provider="whatsapp",
        label="WhatsApp Business",
        capabilities=("whatsapp",),
        fields=(
            _secret("access_token", "Access token", tail=True),
            _plain("phone_number_id", "Phone number id", pattern=r"\d{5,30}", shape="Digits; not the number itself."),
            CredentialField(
                name="verify_token",
                label="Verify token",
                pattern=r"[^\s]{4,200}",
                required=False,
                help="The word you enter beside the webhook address at Meta.",
            ),
            CredentialField(
                name="app_secret", label="App secret", required=False, help="Signs what Meta sends us; App settings."
            ),
        ),
        options=(BASE_URL,),
        base_url="https://graph.facebook.com",
        setup_steps=(
            "Create an app with WhatsApp at developers.facebook.com",
            "Create a system user with a lasting token for whatsapp_business_messaging",
            "Copy token, phone number id and app secret here",
        ),
        docs_url="https://developers.facebook.com/docs/whatsapp/cloud-api/get-started",
        signs_with="app_secret",
        simulator_takes={"access_token": "EAAsandbox-callout", "phone_number_id": "100000000000001"},
    ),
    ProviderSpec(
        provider="nominatim",
        label="Nominatim",
        capabilities=("geocode",),
        options=(OWN_SERVER,),
        setup_steps=("Enter the address of your Nominatim server",),
        docs_url="https://nominatim.org/release-docs/latest/api/Status/",
    ),
    ProviderSpec(
        provider="local_llm",
        label="Own language model",
        capabilities=("llm",),
        fields=(
            CredentialField(
                name="api_key",
                label="API key",
                pattern=r"[^\s]{1,500}",
                required=False,
                tail=True,
                help="Only where your server asks for one.",
            ),
        ),
        options=(OWN_SERVER, MODEL),
        setup_steps=("Start a server that speaks the OpenAI protocol", "Enter its address"),
        docs_url="https://platform.openai.com/docs/api-reference/models/list",
        used_by=(CALLING,),
    ),
)
"""All of product specification section 4, in its order."""
