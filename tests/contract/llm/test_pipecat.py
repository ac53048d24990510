"""Pipecat's services for language models answer by the simulators, each through the library it is made of."""

import httpx2
import pytest
from anthropic import AsyncAnthropic
from google.genai.types import HttpOptions
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.anthropic.llm import AnthropicLLMService
from pipecat.services.google.llm import GoogleLLMService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.xai.llm import GrokLLMService

from .conftest import FAMILIES

SAYS = "Good morning. How may I help you today?"


@pytest.fixture
async def over():
    async with httpx2.AsyncClient(timeout=10, trust_env=False) as client:
        yield client


def service_of(family, url, over):
    base = f"{url}/{family.provider}"
    match family.provider:
        case "claude":
            sdk = AsyncAnthropic(api_key=family.key, base_url=base, http_client=over)
            settings = AnthropicLLMService.Settings(model=family.model)
            return AnthropicLLMService(api_key=family.key, client=sdk, settings=settings)
        case "gemini":
            options = HttpOptions(base_url=base, httpx_async_client=over)
            settings = GoogleLLMService.Settings(model=family.model)
            return GoogleLLMService(api_key=family.key, http_options=options, settings=settings)
        case "grok":
            settings = GrokLLMService.Settings(model=family.model)
            return GrokLLMService(api_key=family.key, base_url=f"{base}/v1", settings=settings)
    settings = OpenAILLMService.Settings(model=family.model)
    return OpenAILLMService(api_key=family.key or "none", base_url=f"{base}/v1", settings=settings)


@pytest.mark.parametrize("provider", list(FAMILIES))
async def test_a_service_asks_and_is_answered(provider, url, over, arrange):
    family = FAMILIES[provider]
    await arrange(family, next=[{"text": SAYS}])
    context, service = (
        LLMContext(messages=[{"role": "user", "content": "Good morning."}]),
        service_of(family, url, over),
    )
    try:
        assert await service.run_inference(context) == SAYS
    finally:
        if isinstance(service, OpenAILLMService):
            await service._client.close()
