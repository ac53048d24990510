"""What the SerpApi simulator remembers: accounts by key, the cache of an hour, calls, faults."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from callout.sandbox.faults import Faults

CACHE_S = 3600
PLAN_SEARCHES, HOURLY_LIMIT = 30_000, 6_000
_MAX_CALLS = 100_000
_MAX_CACHED = 100_000
_KEY = re.compile(r"[0-9a-f]{64}|(sandbox|spent)[\w.-]*", re.IGNORECASE)


class Call(msgspec.Struct, kw_only=True):
    """One request as it was answered.

    Attributes:
        page: which answer it asked for: the same for the same parameters, empty when there is none.
        parameters: without the key.
        key: the last four characters of it.
        billed: whether it counts as a search.
        cached: whether it was answered from the cache of an hour.
        fault: what went wrong on purpose.
    """

    at: datetime
    path: str
    page: str = ""
    parameters: dict[str, str] = {}
    key: str = ""
    status: int = 0
    billed: bool = False
    cached: bool = False
    fault: str = ""
    results: int = 0


class Search(msgspec.Struct, frozen=True):
    """A search that succeeded: asked again within the hour it is answered as it was, free of charge."""

    search_id: str
    at: datetime
    is_duplicate: bool


class Account:
    """One key's account."""

    def __init__(self, key: str) -> None:
        self.account_id = hashlib.sha256(key.encode()).hexdigest()[:24]
        self.plan_searches, self.hourly_limit = PLAN_SEARCHES, HOURLY_LIMIT
        self.used = PLAN_SEARCHES if key.startswith("spent") else 0
        self.billed_at: list[datetime] = []
        self.cache: dict[str, Search] = {}

    @property
    def left(self) -> int:
        """Searches the plan still has this month."""
        return max(self.plan_searches - self.used, 0)

    def this_hour(self, now: datetime) -> int:
        """Searches billed since the hour began."""
        begin = now.replace(minute=0, second=0, microsecond=0)
        return sum(at >= begin for at in self.billed_at)

    def cached(self, page: str, now: datetime) -> Search | None:
        """The search of the last hour with the very same parameters."""
        known = self.cache.get(page)
        return known if known is not None and (now - known.at).total_seconds() < CACHE_S else None

    def bill(self, page: str, search: Search) -> None:
        """Counts a search and keeps its answer for an hour."""
        self.used += 1
        self.billed_at = [at for at in self.billed_at if (search.at - at).total_seconds() < CACHE_S] + [search.at]
        self.cache[page] = search
        while len(self.cache) > _MAX_CACHED:
            del self.cache[next(iter(self.cache))]


class Memory:
    """All the simulator knows between two requests."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.faults = Faults()
        self.reset()

    def reset(self) -> None:
        """As on the first day."""
        self.faults.clear()
        self.calls: list[Call] = []
        self.accounts: dict[str, Account] = {}
        self.limits: dict[str, int] = {}

    def account(self, key: str) -> Account | None:
        """The account of a key; None for a key nobody has."""
        if not _KEY.fullmatch(key):
            return None
        if key not in self.accounts:
            self.accounts[key] = Account(key)
            self._limit(self.accounts[key])
        return self.accounts[key]

    def limit(self, limits: Mapping[str, int]) -> None:
        """Sets what every account may do: `searches_left` of the plan and searches `per_hour`."""
        self.limits = dict(limits)
        for account in self.accounts.values():
            self._limit(account)

    def record(self, path: str, parameters: Mapping[str, str]) -> Call:
        """A call begins."""
        told = {name: value for name, value in parameters.items() if name != "api_key"}
        call = Call(at=self.clock(), path=path, parameters=told, key=parameters.get("api_key", "")[-4:])
        self.calls.append(call)
        del self.calls[:-_MAX_CALLS]
        return call

    def told(self) -> dict[str, Any]:
        """Every call and their sums; `paid_twice` names answers that were billed again although they had arrived."""
        arrived: set[str] = set()
        twice = []
        for call in self.calls:
            if call.billed and call.page in arrived:
                twice.append(call.page)
            if call.page and call.status == 200 and call.fault in ("", "duplicate"):
                arrived.add(call.page)
        billed = sum(call.billed for call in self.calls)
        return {"items": self.calls, "total": len(self.calls), "billed": billed, "paid_twice": twice}

    def _limit(self, account: Account) -> None:
        account.hourly_limit = self.limits.get("per_hour", HOURLY_LIMIT)
        if "searches_left" in self.limits:
            account.plan_searches = account.used + self.limits["searches_left"]


def page_key(parameters: Mapping[str, str]) -> str:
    """What tells one answer from another: all parameters but the key and those that say how to ask."""
    ignored = {"api_key", "no_cache", "output"}
    return "&".join(f"{name}={value}" for name, value in sorted(parameters.items()) if name not in ignored)
