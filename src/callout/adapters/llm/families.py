"""The families of language models: how each is reached, and how it is kept from thinking long on the phone."""

import httpx
import httpx2
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from callout.adapters.llm.bridge import OverHttpx

LABELS = {
    "openai": "OpenAI",
    "gemini": "Google Gemini",
    "claude": "Anthropic Claude",
    "grok": "xAI Grok",
    "local_llm": "The own language model",
}


_TIMEOUT = httpx2.Timeout(60, connect=5)
_TELLS_ITS_END = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)


def family_model(provider: str, model: str, *, api_key: str, base_url: str, client: httpx.AsyncClient) -> Model:
    """A model of a family.

    Args:
        provider: as in the provider configuration.
        model: in the provider's words.
        api_key: may be empty for a server of one's own.
        base_url: where the provider answers, without path and trailing slash.
        client: what requests go over; nothing is sent twice by itself.

    Raises:
        LookupError: no such family.
    """
    over = httpx2.AsyncClient(transport=OverHttpx(client), timeout=_TIMEOUT, trust_env=False)
    match provider:
        case "claude":
            spoken = AsyncAnthropic(api_key=api_key, base_url=base_url, http_client=over, max_retries=0)
            return AnthropicModel(model, provider=AnthropicProvider(anthropic_client=spoken))
        case "gemini":
            return GoogleModel(model, provider=GoogleProvider(api_key=api_key, base_url=base_url, http_client=over))
        case "openai":
            openai = AsyncOpenAI(api_key=api_key, base_url=f"{base_url}/v1", http_client=over, max_retries=0)
            return OpenAIChatModel(model, provider=OpenAIProvider(openai_client=openai), profile=_TELLS_ITS_END)
        case "grok" | "local_llm":
            alike = AsyncOpenAI(api_key=api_key or "none", base_url=f"{base_url}/v1", http_client=over, max_retries=0)
            named = OpenAICompatibleProvider(provider, openai_client=alike)
            return OpenAIChatModel(model, provider=named, profile=_TELLS_ITS_END)
    raise LookupError(provider)
