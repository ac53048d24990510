"""One request of a host at a time, with a pause between: for all callers of this process."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_HOSTS = 5000


class _Host:
    def __init__(self) -> None:
        self.free = asyncio.Lock()
        self.next_at = 0.0
        self.waiting = 0


class HostPace:
    """Lets requests to each host through one by one."""

    def __init__(self, gap_s: float) -> None:
        """`gap_s`: least seconds between the end of one request and the start of the next."""
        self._gap_s = gap_s
        self._hosts: OrderedDict[str, _Host] = OrderedDict()

    @asynccontextmanager
    async def turn(self, host: str, gap_s: float = 0) -> AsyncIterator[None]:
        """Holds the host while open; `gap_s` is what the host itself asks for, if that is more."""
        state = self._state(host)
        state.waiting += 1
        try:
            async with state.free:
                now = asyncio.get_running_loop().time
                await asyncio.sleep(max(0.0, state.next_at - now()))
                try:
                    yield
                finally:
                    state.next_at = now() + max(self._gap_s, gap_s)
        finally:
            state.waiting -= 1

    def _state(self, host: str) -> _Host:
        state = self._hosts.setdefault(host, _Host())
        self._hosts.move_to_end(host)
        if len(self._hosts) > MOST_HOSTS:
            oldest = next((name for name, each in self._hosts.items() if not each.waiting and each is not state), None)
            if oldest is not None:
                del self._hosts[oldest]
        return state
