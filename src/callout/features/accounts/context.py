"""What the use cases of accounts work with, put together once per process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from callout.features.accounts.principal_cache import PrincipalCache

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from callout.features.accounts.access_tokens import AccessTokens
    from callout.features.accounts.password_hashing import Passwords
    from callout.features.accounts.ports import AccountMail, FileLinks, InvoiceHistory, Plans, VendorDirectory
    from callout.kit.db.database import Database
    from callout.kit.secrets import Sealer


class Accounts:
    """The ports and keys of accounts."""

    def __init__(
        self,
        *,
        database: Database,
        tokens: AccessTokens,
        passwords: Passwords,
        sealer: Sealer,
        mail: AccountMail,
        plans: Plans,
        files: FileLinks,
        invoices: InvoiceHistory,
        vendors: VendorDirectory,
        public_url: str,
        allowed_origins: Sequence[str] = (),
        is_sandbox: bool = True,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Takes the parts.

        Args:
            database: opens the transactions that must outlive a refused request.
            tokens: issues and reads access tokens.
            passwords: hashes and checks passwords.
            sealer: keeps second-factor secrets.
            mail: sends security e-mails.
            plans: plan and limits of a tenant.
            files: addresses of avatars and logos.
            invoices: whether the currency is fixed.
            vendors: which vendor a login is.
            public_url: address of the gateway, for links in e-mails; without a trailing slash.
            allowed_origins: origins that links may lead back to, besides `public_url`.
            is_sandbox: whether simulators may stand in for providers; shown to signed-in users.
            pause: waits some seconds; no database connection is held meanwhile.
        """
        self.database = database
        self.tokens = tokens
        self.passwords = passwords
        self.sealer = sealer
        self.mail = mail
        self.plans = plans
        self.files = files
        self.invoices = invoices
        self.vendors = vendors
        self.public_url = public_url.rstrip("/")
        self.allowed_origins = tuple(allowed_origins)
        self.is_sandbox = is_sandbox
        self.pause = pause
        self.principals = PrincipalCache()
