"""What tokens cost, by the list prices of genai-prices, which come with that package: nothing is fetched."""

from decimal import Decimal

import msgspec
from genai_prices import Usage, calc_price

from callout.features.calling.thought.ports import Spent

_PROVIDERS = {"openai": "openai", "gemini": "google", "claude": "anthropic", "grok": "x-ai"}


def priced(spent: Spent, asked_for: str) -> Spent:
    """The same with its cost, where there is a price for the model that answered or the one asked for."""
    provider = _PROVIDERS.get(spent.provider)
    if provider is None:
        return spent
    usage = Usage(
        input_tokens=spent.input_tokens, cache_read_tokens=spent.cached_tokens, output_tokens=spent.output_tokens
    )
    for model in dict.fromkeys((spent.model, asked_for)):
        try:
            cost: Decimal = calc_price(usage, model, provider_id=provider).total_price
        except LookupError:
            continue
        return msgspec.structs.replace(spent, cost=cost)
    return spent
