"""Which adapter checks which provider's keys; one line each."""

from collections.abc import Mapping

from callout.features.api_configs.ports import ProviderCheck
from callout.run.outbound import Outbound


def provider_checks(outbound: Outbound) -> Mapping[str, ProviderCheck]:
    """The check of every provider."""
    return {}
