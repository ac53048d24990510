"""Language models: OpenAI, Gemini, Claude, Grok, and servers of one's own that speak OpenAI's protocol."""

from callout.adapters.llm.model import PydanticAiModel

__all__ = ["PydanticAiModel"]
