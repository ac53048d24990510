"""Rows of managed agents: our agents as they stand at a provider that speaks by itself."""

from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class ManagedAgentCopy(TenantRow):
    """An agent as one account of a provider has it.

    Attributes:
        key_id: of the account's key; a new key is a new account.
        digest: SHA-256 of what the provider was told; another one says that it has to be told anew.
    """

    __tablename__ = "managed_agents"
    __table_args__ = (UniqueConstraint("agent_id", "key_id"),)

    agent_id: Mapped[UUID]
    provider: Mapped[str] = mapped_column(Str(20))
    key_id: Mapped[str] = mapped_column(Str(80))
    external_id: Mapped[str] = mapped_column(Str(80))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
