"""The composition root: which use case follows which event, what each service is made of, what the worker runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar.types import ASGIApp

from callout.features.accounts.events import UserJoined
from callout.features.api_configs.webhooks import workflows as webhook_workflows
from callout.features.api_configs.webhooks.delivering import Courier
from callout.features.billing import workflows as billing_workflows
from callout.features.billing.issue import invoice_completed_order
from callout.features.calling.agents import workflows as knowledge_workflows
from callout.features.calling.events import KnowledgeIndexed, VoiceStatusChanged
from callout.features.calling.voices import workflows as voice_workflows
from callout.features.conversations import contact_links as conversation_contacts
from callout.features.conversations import workflows as conversation_workflows
from callout.features.conversations.events import ConversationProcessed, ScamDetected, TurnHeard
from callout.features.dispatch import no_show, recheck
from callout.features.dispatch import reactions as dispatch
from callout.features.dispatch import workflows as dispatch_workflows
from callout.features.dispatch.events import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferSent,
    OfferWithdrawn,
    OrderUnfilled,
)
from callout.features.exports import workflows as export_workflows
from callout.features.exports.events import ExportReady
from callout.features.notifications import account_mail, call_news, export_news, voice_news
from callout.features.notifications import workflows as notification_workflows
from callout.features.orders import contact_merges as order_contacts
from callout.features.orders.events import (
    OrderAssigned,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderLate,
    OrderNeedsAttention,
    OrderOffering,
    OrderOnWay,
    OrderProcessing,
    OrderUpdated,
    RatingReceived,
)
from callout.features.prospecting import workflows as prospecting_workflows
from callout.features.prospecting.enrichment import reactions as websites
from callout.features.prospecting.enrichment import workflows as enrichment_workflows
from callout.features.prospecting.events import ContactsMerged, ContactSuppressed
from callout.features.prospecting.identity import suggesting as duplicates
from callout.features.prospecting.scraping import workflows as scraping_workflows
from callout.features.prospecting.scraping.events import ScrapeFinished
from callout.features.prospecting.scraping.supply_gap import Place, note_unfilled
from callout.features.triggers import live as live_triggers
from callout.features.triggers import reactions as triggers
from callout.features.triggers.events import TriggerDismissed, TriggerFired
from callout.features.vendors import reactions as vendors
from callout.features.vendors import workflows as vendor_workflows
from callout.features.vendors.events import (
    VendorInvited,
    VendorPresenceChanged,
    VendorRegistered,
    VendorStatusChanged,
    VendorUpdated,
)
from callout.features.vendors.no_referrals import NoReferralCodes
from callout.kit.clock import Clock
from callout.kit.db.work import Work
from callout.kit.events import Bus
from callout.kit.observe.logs import configure_logs
from callout.kit.workflows import Workflows
from callout.run import voice_extra
from callout.run.assembly import Assembly, assemble
from callout.run.calls import bind_calls, register_calls
from callout.run.campaigns import bind_campaigns, register_campaigns
from callout.run.installation import Installation
from callout.run.sweeps import sweeping
from callout.run.webhooks import forwarding
from callout.services.admin import admin_service
from callout.services.parts import Parts
from callout.services.vendor import vendor_service

SERVICES = {"admin": admin_service, "vendor": vendor_service}


def bind(bus: Bus, made: Assembly) -> None:
    """Binds events to what follows in the same transaction, in this order."""
    orders, news = made.triggered_orders, made.order_news
    bus.on(UserJoined, vendors.stock_catalogue)
    bus.on(TurnHeard, live_triggers.turn_heard)
    bus.on(ConversationProcessed, triggers.evaluate_processed)
    bind_calls(bus, made.calls)
    bind_campaigns(bus)
    bus.on(ScamDetected, call_news.on_scam_detected)
    bus.on(TriggerFired, orders.fired, call_news.inform_customer, call_news.on_trigger_fired)
    bus.on(TriggerDismissed, orders.dismissed)
    bus.on(ContactSuppressed, call_news.on_contact_suppressed)
    bus.on(
        ContactsMerged,
        conversation_contacts.follow_merge,
        triggers.follow_merge,
        order_contacts.follow_merge,
        vendors.follow_merge,
    )
    bus.on(ScrapeFinished, duplicates.look_after_job, websites.scrape_finished)
    bus.on(VoiceStatusChanged, voice_news.on_voice_status)
    bus.on(KnowledgeIndexed, voice_news.on_knowledge_indexed)
    bus.on(OrderCreated, news.on_order_created)
    bus.on(OrderUpdated, dispatch.order_updated, no_show.order_rescheduled, news.on_order_updated)
    bus.on(OrderOffering, dispatch.order_given_back, news.on_order_offering)
    bus.on(OrderAssigned, orders.assigned, no_show.order_assigned, recheck.order_assigned, news.on_order_assigned)
    bus.on(OrderLate, news.on_order_late)
    bus.on(OrderUnfilled, note_supply_gap)
    bus.on(OrderOnWay, news.on_order_on_way)
    bus.on(OrderProcessing, news.on_order_processing)
    bus.on(OrderCompleted, orders.completed, dispatch.order_completed, invoice_completed_order, news.on_order_completed)
    bus.on(OrderCancelled, orders.cancelled, dispatch.order_cancelled, news.on_order_cancelled)
    bus.on(OrderNeedsAttention, news.on_order_needs_attention)
    bus.on(RatingReceived, orders.rated, dispatch.rating_received, news.on_rating_received)
    bus.on_many(OfferSent, dispatch.offers_sent, news.on_offers_sent)
    bus.on(OfferAccepted, news.on_offer_accepted)
    bus.on(OfferDeclined, news.on_offer_declined)
    bus.on_many(OfferExpired, news.on_offers_expired)
    bus.on_many(OfferWithdrawn, news.on_offers_withdrawn)
    bus.on(ExportReady, export_news.on_export_ready)
    bus.on(VendorInvited, account_mail.on_vendor_invited)
    bus.on(VendorRegistered, account_mail.on_vendor_registered)
    bus.on(VendorPresenceChanged, dispatch.vendor_presence_changed, recheck.vendor_presence_changed)
    bus.on(VendorUpdated, dispatch.vendor_updated, recheck.vendor_updated)
    bus.on(
        VendorStatusChanged,
        dispatch.vendor_status_changed,
        vendors.forget_standing(made.accounts),
        account_mail.on_vendor_status,
    )


async def note_supply_gap(work: Work, event: OrderUnfilled) -> None:
    """Demand nobody filled becomes a suggestion to look for businesses that could."""
    place = Place(country=event.country, state=event.state, city=event.city, lat=event.lat, lng=event.lng)
    await note_unfilled(work, event.noun_id, event.canonical, place)


def build(installation: Installation, clock: Clock | None = None) -> Assembly:
    """The product put together and bound."""
    bus = Bus()
    made = assemble(installation, bus=bus, clock=clock)
    bind(bus, made)
    return made


def application(name: str, installation: Installation) -> ASGIApp:
    """The ASGI application of a service: admin, vendor or voice.

    Raises:
        NoVoiceError: the voice service needs an extra that is not installed.
    """
    settings = installation.settings
    configure_logs(name, level=settings.log_level, json=settings.log_format == "json")
    made = build(installation)
    if name == "voice":
        voice_extra.require()
        from callout.run import voice  # noqa: PLC0415 - its libraries are an extra

        return voice.application(made, parts_of(made))
    return SERVICES[name](parts_of(made))


def parts_of(made: Assembly) -> Parts:
    """What the services are made of."""
    settings = made.installation.settings
    return Parts(
        database=made.database,
        hub=made.hub,
        limits=made.limits,
        authenticator=made.authenticator,
        ports={
            "accounts": made.accounts,
            "api_configs": made.api_configs,
            "billing": made.billing,
            "call_desk": made.calls.desk,
            "campaign_desk": made.campaigns,
            "calling_desk": made.calling,
            "conversation_cache": made.conversation_cache,
            "conversation_desk": made.conversations,
            "database": made.database,
            "export_sources": made.export_sources,
            "files": made.files,
            "geocoder": made.geocoder,
            "inbound_sources": made.inbound_sources,
            "offer_actions": made.inbox_offers,
            "order_desk": made.orders,
            "outcomes": made.outcomes,
            "provider_access": made.provider_access,
            "referral_codes": NoReferralCodes(),
            "scraping": made.scraping,
            "streams": made.streams,
            "triggered_orders": made.triggered_orders,
            "webhook_secrets": made.provider_secrets,
            "webhooks": made.webhooks,
            "workload": made.workload,
        },
        checks={"database": made.database.ping},
        origins=settings.security.allowed_origins,
        docs=settings.shows_api_pages,
        trusted_proxies=settings.security.trusted_proxies,
        closing=(made.close,),
    )


def register(flows: Workflows, made: Assembly) -> None:
    """Registers every durable workflow."""
    database = made.database
    prospecting_workflows.register(flows, database, files=made.files, plans=made.scraping.plans)
    scraping_workflows.register(flows, database, scraping=made.scraping)
    enrichment_workflows.register(flows, database, web=made.web)
    conversation_workflows.register(
        flows, database, inbound=made.inbound, foresight=made.foresight, processing=made.processing
    )
    live_triggers.register(flows, live_triggers.LiveEvaluation(database, made.foresight))
    export_workflows.register(flows, exporter=made.exporter)
    register_calls(flows, database, made.calls)
    webhook_workflows.register(flows, Courier(made.webhooks))
    register_campaigns(flows, database, made.campaigns)
    knowledge_workflows.register(flows, database, files=made.files, pages=made.web)
    voice_workflows.register(flows, database, files=made.files, access=made.calling.voices)
    vendor_workflows.register(flows, database)
    dispatch_workflows.register(flows, database)
    billing_workflows.register(flows, database, billing=made.billing)
    notification_workflows.register(flows, database, delivery=made.delivery)


@asynccontextmanager
async def worker(installation: Installation, *, drain_s: float, clock: Clock | None = None) -> AsyncIterator[None]:
    """Runs workflows and sweeps on this event loop while open."""
    settings = installation.settings
    configure_logs("worker", level=settings.log_level, json=settings.log_format == "json")
    made = build(installation, clock)
    flows = Workflows()
    register(flows, made)
    await flows.launch(installation.app_url, executor_id=settings.worker_id)
    try:
        async with sweeping(made), forwarding(made.database, installation.app_url):
            yield
    finally:
        await flows.shutdown(drain_s)
        await made.close()


def reactions_table() -> dict[str, list[str]]:
    """Event type → names of what follows, for the documentation."""
    bus = Bus()
    bind(bus, _Names())  # type: ignore[arg-type]  # only its attribute names are looked at
    return bus.table()


class _Names:
    """Stands for an assembly whose methods are only named."""

    def __init__(self, name: str = "") -> None:
        self.__qualname__ = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Names(f"{self.__qualname__}.{name}".lstrip("."))
