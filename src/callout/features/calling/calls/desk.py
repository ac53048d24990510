"""What the routes of calls work with, put together once per process."""

from dataclasses import dataclass

from callout.features.api_configs.resolving import ProviderAccess
from callout.features.calling.calls.ports import Addresses, CallQuota, DialGate
from callout.features.files.service import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDesk:
    """The means of the routes of calls."""

    gate: DialGate
    quota: CallQuota
    access: ProviderAccess
    files: Files
    addresses: Addresses
