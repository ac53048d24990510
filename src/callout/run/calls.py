"""How calls are put together: who allows them, who carries them, and what follows from them."""

from dataclasses import dataclass

from callout.features.accounts.events import TenantUpdated
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.webhooks.ports import WebhookWay
from callout.features.calling.agents import telling as agent_telling
from callout.features.calling.agents.telling import AgentWebhooks
from callout.features.calling.calls import opting_out, workflows
from callout.features.calling.calls.agreed_orders import AgreedOrders
from callout.features.calling.calls.desk import CallDesk
from callout.features.calling.calls.dialling import Dialler, FirstWords
from callout.features.calling.calls.ending import Endings
from callout.features.calling.calls.ports import Addresses, QuoteSender
from callout.features.calling.calls.reactions import CallReactions
from callout.features.calling.calls.recording import Recordings
from callout.features.calling.calls.tools import CallTools
from callout.features.calling.compliance.gate import Gate
from callout.features.calling.dial_pace import AccountPace
from callout.features.calling.managed import taking as managed_talks
from callout.features.calling.managed import workflows as managed_workflows
from callout.features.calling.managed.following import ManagedFollowing
from callout.features.calling.managed.placing import ManagedPlacing
from callout.features.calling.managed.ports import ManagedAccess
from callout.features.calling.numbers import workflows as number_workflows
from callout.features.calling.numbers.answering import NumberAnswering, follow_new_address
from callout.features.calling.ports import TelephonyAccess
from callout.features.conversations.events import ConversationProcessed, ConversationStarted, ConversationUpdated
from callout.features.files.service import Files
from callout.features.orders.desk import OrderDesk
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.events import ContactSuppressed
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.workflows import Workflows


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The parts calls are made of.

    Attributes:
        desk: what the routes work with.
        dialler, endings, recordings, following, agent_webhooks: what the workflows work with.
        tools: what agents can do in a call.
        reactions: what follows from analysed talks.
        answering: has providers ask us what to do with calls to the numbers of agents.
    """

    desk: CallDesk
    dialler: Dialler
    endings: Endings
    recordings: Recordings
    following: ManagedFollowing
    agent_webhooks: AgentWebhooks
    tools: CallTools
    reactions: CallReactions
    answering: NumberAnswering


def make_calls(
    database: Database,
    *,
    access: ProviderAccess,
    telephony: TelephonyAccess,
    managed: ManagedAccess,
    way: WebhookWay,
    plans: PlanLimits,
    files: Files,
    orders: OrderDesk,
    base_url: str,
    quotes: QuoteSender | None = None,
    warm: FirstWords | None = None,
) -> Calls:
    """Puts calls together.

    Args:
        database: opens transactions.
        access: which providers a tenant has.
        telephony: who carries its calls.
        managed: who places calls and speaks by itself.
        way: to the webhooks of its agents.
        plans: how many calls it may make.
        files: keeps recordings.
        orders: makes the orders agreed on the phone.
        base_url: of the installation, http:// or https://; providers reach webhooks and media sockets below it.
        quotes: writes quotes to customers.
        warm: gets an agent's first words ready.
    """
    gate, pace = Gate(telephony, managed), AccountPace(database.clock.speed)
    addresses = Addresses(base_url=base_url, media_url="ws" + base_url.removeprefix("http"))
    agreed = AgreedOrders(orders)
    return Calls(
        desk=CallDesk(gate=gate, quota=plans, access=access, files=files, addresses=addresses),
        dialler=Dialler(
            database,
            telephony,
            gate=gate,
            pace=pace,
            quota=plans,
            addresses=addresses,
            warm=warm,
            managed=ManagedPlacing(database, managed, hold=pace.hold),
        ),
        endings=Endings(database, telephony),
        recordings=Recordings(database, telephony, files, addresses),
        following=ManagedFollowing(database, managed),
        agent_webhooks=AgentWebhooks(database, way),
        tools=CallTools(database, agreed, quotes),
        reactions=CallReactions(agreed),
        answering=NumberAnswering(database, telephony, addresses),
    )


def bind_calls(bus: Bus, calls: Calls) -> None:
    """Binds what follows in the same transaction; the rules judge a talk before its agreed order is made."""
    bus.on(ConversationStarted, managed_talks.conversation_started)
    bus.on(ConversationUpdated, managed_talks.conversation_updated)
    bus.on(ConversationProcessed, calls.reactions.processed, agent_telling.processed)
    bus.on(ContactSuppressed, opting_out.suppressed)
    bus.on(TenantUpdated, follow_new_address)


def register_calls(flows: Workflows, database: Database, calls: Calls) -> None:
    """Registers the workflows of calls."""
    workflows.register(flows, database, dialler=calls.dialler, endings=calls.endings, recordings=calls.recordings)
    managed_workflows.register(flows, calls.following)
    agent_telling.register(flows, calls.agent_webhooks)
    number_workflows.register(flows, calls.answering)
