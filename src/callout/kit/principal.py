"""Who is acting: the tenant, the role and the person or machine behind a unit of work."""

from uuid import UUID

import msgspec

SYSTEM_ROLE = "system"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """The acting party of one unit of work; always made from a credential, never from a request body."""

    role: str
    tenant_id: UUID | None = None
    actor_id: UUID | None = None
    session_id: UUID | None = None
    vendor_id: UUID | None = None
    label: str = ""
    status: str = "active"
    status_reason: str = ""
    networks: tuple[str, ...] = ()

    @classmethod
    def system(cls, tenant_id: UUID | str) -> "Principal":
        """The machine acting inside one tenant: sweepers, workflows, reactions."""
        return cls(role=SYSTEM_ROLE, tenant_id=UUID(str(tenant_id)), label="system")
