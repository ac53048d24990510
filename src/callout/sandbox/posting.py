"""How simulators send webhooks."""

import httpx


def webhook_client(timeout_s: float = 10) -> httpx.AsyncClient:
    """A client that keeps no connection for later, so that a simulator that ends has nothing to close."""
    return httpx.AsyncClient(timeout=timeout_s, limits=httpx.Limits(max_keepalive_connections=0))
