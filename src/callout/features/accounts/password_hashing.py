"""Hashes and checks passwords (argon2id) off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB = 64 * 1024
TIME_COST = 3
LANES = 4
AT_ONCE = 4
"""Hashes computed at the same time; each takes 64 MiB."""


class Passwords:
    """argon2id with m = 64 MiB, t = 3, p = 4 (RFC 9106)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._nobody: asyncio.Future[str] | None = None

    async def hash(self, password: str) -> str:
        """The encoded hash, salt and parameters included."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """True when the password is right.

        Without a hash (nobody has that e-mail, or the user has no password) the same work is done against a hash of
        nobody, so that the answer takes as long.
        """
        against = hashed or await self._hash_of_nobody()
        right = await asyncio.get_running_loop().run_in_executor(self._threads, self._check, against, password)
        return right and hashed is not None

    async def warm_up(self) -> None:
        """Prepares the hash of nobody, so that the first unknown e-mail takes no longer than the rest."""
        await self._hash_of_nobody()

    def close(self) -> None:
        """Lets the threads go."""
        self._threads.shutdown(wait=False)

    async def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = asyncio.ensure_future(self.hash("nobody has this password"))
        return await asyncio.shield(self._nobody)

    def _check(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False
