"""The tools an agent has in a running call, each with one effect for its key."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from callout.features.calling.agents.looking_up import look_up
from callout.features.calling.agents.store import find as find_agent
from callout.features.calling.brain.actions import CallTool
from callout.features.calling.brain.inputs import ToolResult
from callout.features.calling.calls import store
from callout.features.calling.calls.agreed_orders import AgreedOrders, agreed_of, order_of
from callout.features.calling.calls.callbacks import schedule_callback
from callout.features.calling.calls.handing_over import begin_conversation
from callout.features.calling.calls.ports import Quote, QuoteSender
from callout.features.calling.calls.tables import Call, CallToolUse
from callout.features.orders import neighbours
from callout.features.prospecting.contacts import find_contact
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Problem
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_log = logger(__name__)
_KEPT = frozenset({"create_order", "send_quote", "schedule_callback"})
"""Tools with an effect; the others only look something up."""


class CallTools:
    """Makes the tools of calls."""

    def __init__(self, database: Database, orders: AgreedOrders, quotes: QuoteSender | None = None) -> None:
        """Takes where calls are kept, what makes orders, and who writes quotes."""
        self._database = database
        self._orders = orders
        self._quotes = quotes

    def of(self, tenant_id: UUID, call_id: UUID) -> "ToolsOfCall":
        """The tools of one call."""
        return ToolsOfCall(self._database, self._orders, self._quotes, tenant_id=tenant_id, call_id=call_id)


class ToolsOfCall:
    """The tools of one call. Implements `Tools` of the voice service."""

    def __init__(
        self,
        database: Database,
        orders: AgreedOrders,
        quotes: QuoteSender | None,
        *,
        tenant_id: UUID,
        call_id: UUID,
    ) -> None:
        """Binds the tools to a call."""
        self._database = database
        self._orders = orders
        self._quotes = quotes
        self._principal = Principal.system(tenant_id)
        self._call_id = call_id

    async def carry_out(self, call: CallTool) -> ToolResult:
        """Carries out a tool. With a key used before it answers what it answered then; a failure had no effect."""
        try:
            async with self._database.transaction(self._principal) as work:
                value = await self._once(work, call)
        except Problem as problem:
            return ToolResult(tool_id=call.id, ok=False, error=problem.wire_code)
        except Exception as error:  # noqa: BLE001 - the talk goes on whatever a tool does
            _log.warning("call_tool_failed", tool=call.name, call=str(self._call_id), exc_info=error)
            return ToolResult(tool_id=call.id, ok=False, error=type(error).__name__)
        return ToolResult(tool_id=call.id, ok=True, value=value)

    async def _once(self, work: Work, tool: CallTool) -> dict[str, Any]:
        if tool.name not in _KEPT:
            return await self._look(work, await store.find(work, self._call_id), tool)
        call = await store.lock(work, self._call_id)
        known = await store.tool_use(work, call.id, tool.key)
        if known is not None:
            return dict(known.value)
        value = await self._do(work, call, tool)
        work.session.add(
            CallToolUse(
                tenant_id=work.tenant_id,
                call_id=call.id,
                key=tool.key[:120],
                name=tool.name,
                arguments=tool.arguments,
                ok=True,
                value=value,
            )
        )
        return value

    async def _look(self, work: Work, call: Call, tool: CallTool) -> dict[str, Any]:
        if tool.name == "check_availability":
            return await self._orders.availability(work, tool.arguments)
        if tool.name == "search_knowledge":
            agent = await find_agent(work, call.agent_id)
            base_ids = [*(agent.knowledge_base_ids if agent else ()), *call.knowledge_base_ids]
            found = await look_up(work, map(UUID, base_ids), str(tool.arguments.get("query") or ""))
            return {"passages": [{"text": passage.chunk} for passage in found]}
        raise Problem(f"There is no tool {tool.name}.")

    async def _do(self, work: Work, call: Call, tool: CallTool) -> dict[str, Any]:
        match tool.name:
            case "create_order":
                return await self._create_order(work, call, tool.arguments)
            case "schedule_callback":
                await schedule_callback(work, call, tool.arguments)
                return {}
            case _:
                return {"sent": await self._send_quote(work, call, tool.arguments)}

    async def _create_order(self, work: Work, call: Call, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Keeps what was agreed; makes the order now where that is allowed, else the final evaluation does."""
        agreed = agreed_of(arguments)
        conversation = await begin_conversation(work, call)
        call.agreed = dict(arguments)
        await work.session.flush()
        if not agreed.is_live:
            made = await order_of(work, call)
            return {"created": made is not None, "order_number": made.order_number if made else None}
        order = await self._orders.commit(work, call, agreed, is_scam=bool(conversation.is_scam))
        return {"created": True, "order_number": order.order_number}

    async def _send_quote(self, work: Work, call: Call, arguments: Mapping[str, Any]) -> bool:
        phone = str(arguments.get("customer_phone") or call.to_number)
        if self._quotes is None:
            return False
        services = await neighbours.services(work)
        service = services.get(str(arguments.get("service_type")))
        tenant = await neighbours.tenant(work)
        contact = await find_contact(work, phone)
        quote = Quote(
            phone=phone,
            service=service.label if service else str(arguments.get("description") or "Service"),
            customer_name=str(arguments["customer_name"]) if arguments.get("customer_name") else None,
            email=contact.email if contact else None,
            price=service.base_price if service else None,
            currency=tenant.currency,
            description=str(arguments["description"]) if arguments.get("description") else None,
            language=contact.preferred_language if contact else None,
        )
        return await self._quotes.send_quote(work, call.id, quote)
