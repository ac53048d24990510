"""Asks the running product about its decisions: why this vendor, and what another policy would have said."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from callout.run.demo.client import Client, Refused
from callout.run.errors import RunError
from callout.run.seed import read_login
from callout.settings import Settings

SELECTION = "/api/admin/vendor-selection"
PATIENCE_S = 5.0
NOT_FOUND = 404


def explain(settings: Settings, reference: str, *, vendor: str | None, token: str | None) -> list[dict[str, Any]]:
    """The decision records of an order, or one record, each with its explanation.

    Args:
        settings: Say where the gateway is.
        reference: An order (number or id) or the id of a decision record.
        vendor: Whom to explain; the first of the ranking when not given.
        token: An access token or access key; the demonstration login without it.

    Returns:
        Records with the members `record` and `told`, oldest first.

    Raises:
        RunError: nobody answers, no way to sign in, or nothing by that reference.
    """

    async def ask(client: Client) -> list[dict[str, Any]]:
        query = {"vendor_id": vendor} if vendor else {}
        return [
            {"record": record, "told": await client.get(f"{SELECTION}/decisions/{record['id']}/explain", **query)}
            for record in await _records(client, reference)
        ]

    return asyncio.run(_as_somebody(settings, token, ask))


def replay(settings: Settings, reference: str, *, policy: int | None, token: str | None) -> list[dict[str, Any]]:
    """Decides recorded cases again; see `explain` for the arguments and errors.

    Returns:
        For each record: `record`, `identical`, `differences`; oldest first.
    """
    body = {"policy_version": policy} if policy is not None else {}

    async def ask(client: Client) -> list[dict[str, Any]]:
        return [
            {"record": record, **await client.post(f"{SELECTION}/decisions/{record['id']}/replay", body)}
            for record in await _records(client, reference)
        ]

    return asyncio.run(_as_somebody(settings, token, ask))


async def _records(client: Client, reference: str) -> list[dict[str, Any]]:
    if _is_id(reference):
        try:
            return [await client.get(f"{SELECTION}/decisions/{reference}")]
        except Refused as refused:
            if refused.status != NOT_FOUND:
                raise
    records: list[dict[str, Any]] = (await client.get(f"/api/admin/orders/{reference}/decisions"))["items"]
    return records


async def _as_somebody(settings: Settings, token: str | None, ask: Callable[[Client], Awaitable[Any]]) -> Any:
    client = Client(settings.local_url, token=token, patience_s=PATIENCE_S)
    try:
        if token is None:
            login = read_login(settings)
            if login is None:
                raise RunError("there is no demonstration login here: say who asks with --token or CALLOUT_TOKEN")
            await client.sign_in(login.email, login.password)
        return await ask(client)
    finally:
        await client.close()


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
