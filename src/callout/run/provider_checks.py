"""Which adapter checks which provider's keys; one line each."""

from collections.abc import Mapping

from callout.adapters.aws.check import SesCheck, SnsCheck
from callout.adapters.claude.check import ClaudeCheck
from callout.adapters.cloned_voice.check import ClonedVoiceCheck
from callout.adapters.deepgram.check import DeepgramCheck
from callout.adapters.elevenlabs.check import ElevenLabsCheck
from callout.adapters.fcm.check import FcmCheck
from callout.adapters.gemini.check import GeminiCheck
from callout.adapters.geocoding.check import NominatimCheck
from callout.adapters.grok.check import GrokCheck
from callout.adapters.openai.check import ModelListCheck
from callout.adapters.sendgrid.check import SendgridCheck
from callout.adapters.smtp.check import SmtpCheck
from callout.adapters.textmagic.check import TextmagicCheck
from callout.adapters.twilio.check import TwilioCheck
from callout.adapters.vonage.check import VonageCheck
from callout.adapters.whatsapp.check import WhatsappCheck
from callout.features.api_configs.ports import ProviderCheck
from callout.run.outbound import Outbound
from callout.run.places_check import PlacesCheck


def provider_checks(outbound: Outbound) -> Mapping[str, ProviderCheck]:
    """The check of every provider."""
    return {
        "openai": ModelListCheck(),
        "gemini": GeminiCheck(),
        "claude": ClaudeCheck(),
        "grok": GrokCheck(),
        "elevenlabs": ElevenLabsCheck(),
        "cloned_voice": ClonedVoiceCheck(),
        "twilio": TwilioCheck(),
        "serpapi": PlacesCheck("SerpAPI", outbound),
        "google_maps": PlacesCheck("Google Maps", outbound),
        "deepgram": DeepgramCheck(),
        "sendgrid": SendgridCheck(),
        "ses": SesCheck(),
        "smtp": SmtpCheck(outbound.addresses_of),
        "sns": SnsCheck(),
        "textmagic": TextmagicCheck(),
        "vonage": VonageCheck(),
        "fcm": FcmCheck(),
        "whatsapp": WhatsappCheck(),
        "nominatim": NominatimCheck(),
        "local_llm": ModelListCheck("The language model's server"),
    }
