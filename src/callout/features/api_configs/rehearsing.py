"""What simulators accept for a key."""

from collections.abc import Mapping
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from callout.features.api_configs.specs import ProviderSpec

_SERVICE_ACCOUNT = {
    "project_id": "callout-sandbox",
    "client_email": "sandbox@callout-sandbox.iam.gserviceaccount.com",
}


def values_for(spec: ProviderSpec) -> Mapping[str, str]:
    """Credentials the provider's simulator accepts."""
    if spec.provider == "fcm":
        return {**_SERVICE_ACCOUNT, "private_key": _private_key()}
    return spec.simulator_takes


@cache
def _private_key() -> str:
    """A key of this process: simulators cannot know it beforehand, and nothing secret stands in the source."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
