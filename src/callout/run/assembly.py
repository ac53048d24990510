"""Builds adapters and feature contexts out of an installation: the only place that knows concretes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from callout.adapters.cloned_voice import signature as cloned_voice
from callout.adapters.elevenlabs import signature as elevenlabs
from callout.adapters.generic_webhook import signature as generic_webhook
from callout.adapters.geocoding.nominatim import NominatimGeocoder
from callout.adapters.object_store import UrlObjectStore
from callout.adapters.sendgrid import events as sendgrid
from callout.adapters.typst_pdf import TypstRenderer
from callout.adapters.web_fetch import AGENT, PolitePages, SafeFetcher
from callout.features.accounts.access_tokens import AccessTokens
from callout.features.accounts.authenticator import TokenAuthenticator
from callout.features.accounts.context import Accounts
from callout.features.accounts.password_hashing import Passwords
from callout.features.accounts.signing_keys import SigningKeys
from callout.features.analytics.outcomes import ConversationOutcomes
from callout.features.api_configs.checking import Checker
from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.recording import UsageRecorder
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.service import ApiConfigs
from callout.features.api_configs.shapes import AddressRules
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import Rehearsal
from callout.features.api_configs.vault import ProviderSecrets
from callout.features.api_configs.webhooks.service import Webhooks
from callout.features.billing.context import Billing
from callout.features.billing.desk import BillingDesk
from callout.features.calling.agents.store import count as count_agents
from callout.features.calling.calls.export import CallExport
from callout.features.calling.campaigns.desk import CampaignDesk
from callout.features.calling.campaigns.store import count as count_campaigns
from callout.features.calling.desk import CallingDesk
from callout.features.calling.hosting.ahead import SpeechAhead
from callout.features.calling.numbers.store import count as count_numbers
from callout.features.calling.voices.store import count_cloned
from callout.features.conversations.cache import MemoryCache
from callout.features.conversations.foresight import Foresight
from callout.features.conversations.inbound import CallProcessor, InboundWork
from callout.features.conversations.ports import InboundSource
from callout.features.conversations.process import Processing
from callout.features.conversations.submit import Desk
from callout.features.dispatch.service import OfferDispatcher, VendorWorkload
from callout.features.exports.ports import ExportSources
from callout.features.exports.produce import Exporter
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.geocoding.service import RememberingGeocoder
from callout.features.notifications.account_mail import AccountMessages
from callout.features.notifications.deliver import Delivery
from callout.features.notifications.invoice_mail import InvoiceMessages
from callout.features.notifications.order_news import OrderNews
from callout.features.notifications.quote_news import CallQuotes
from callout.features.notifications.receipt_processor import ReceiptProcessor
from callout.features.orders.desk import OrderDesk
from callout.features.orders.from_trigger import TriggeredOrders
from callout.features.orders.links import LinkMaker
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.exporting.sources import prospecting_sources
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.vendors.standing import Standings
from callout.features.vendors.store import count_vendors
from callout.kit.clock import Clock
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.events.hub import EventHub
from callout.kit.http.limits import RateLimits
from callout.kit.http.sse import LiveStreams
from callout.kit.secrets import Sealer, derive_key
from callout.kit.workflows import DbosJobs
from callout.run.bindings import FileAttachments, InboxOffers, NoGeocoder, OrderLinks, TenantMailers
from callout.run.calling import TenantCalling
from callout.run.calls import Calls, make_calls
from callout.run.campaigns import campaign_sources, make_campaigns
from callout.run.first_words import FirstWords
from callout.run.installation import Installation
from callout.run.metering import Metering
from callout.run.outbound import Outbound
from callout.run.places import TenantPlaces
from callout.run.provider_checks import provider_checks
from callout.run.provider_defaults import provider_defaults
from callout.run.thinking import TenantThoughts
from callout.run.webhooks import make_webhooks
from callout.sandbox.server import WEBSITES
from callout.settings import Settings

USER_AGENT = "Callout (https://callout.dev)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """The product put together for one process, or for one part of an embedded one."""

    installation: Installation
    bus: Bus
    database: Database
    hub: EventHub
    streams: LiveStreams
    limits: RateLimits
    accounts: Accounts
    authenticator: TokenAuthenticator
    api_configs: ApiConfigs
    provider_access: ProviderAccess
    usage: UsageRecorder
    metering: Metering
    outbound: Outbound
    provider_secrets: ProviderSecrets
    files: Files
    export_sources: ExportSources
    exporter: Exporter
    geocoder: RememberingGeocoder
    billing: Billing
    calling: CallingDesk
    thoughts: TenantThoughts
    calls: Calls
    webhooks: Webhooks
    campaigns: CampaignDesk
    orders: OrderDesk
    triggered_orders: TriggeredOrders
    outcomes: ConversationOutcomes
    foresight: Foresight
    processing: Processing
    conversations: Desk
    conversation_cache: MemoryCache
    inbound_sources: dict[str, InboundSource]
    inbound: InboundWork
    workload: VendorWorkload
    order_news: OrderNews
    delivery: Delivery
    inbox_offers: InboxOffers
    scraping: Scraping
    web: PolitePages
    closing: tuple[Callable[[], Awaitable[None]], ...]

    async def close(self) -> None:
        """Gives back connections and threads, last taken first."""
        for close in reversed(self.closing):
            await close()


def assemble(installation: Installation, *, bus: Bus, clock: Clock | None = None) -> Assembly:
    """Puts everything together; nothing connects before its first use.

    Args:
        installation: Settings made concrete.
        bus: What reactions are bound to.
        clock: Tells the time; the machine's own unless given.
    """
    settings, secret = installation.settings, installation.secret
    security, simulates = settings.security, settings.simulation != "never"
    jobs = DbosJobs(installation.app_url)
    database = Database(
        installation.async_url.render_as_string(hide_password=False),
        bus=bus,
        jobs=jobs,
        clock=clock,
        pool_size=settings.database.pool_size,
        connect_timeout_s=settings.database.connect_timeout_s,
        statement_timeout_ms=settings.database.statement_timeout_ms,
    )
    hub = EventHub(installation.app_url)
    sealer = Sealer.of(secret, installation.previous_secrets)
    http = httpx.AsyncClient(headers={"User-Agent": USER_AGENT})
    rules = AddressRules(may_be_http=simulates, private_hosts=frozenset(settings.providers.private_hosts))
    outbound = Outbound(http, rules, user_agent=USER_AGENT)
    passwords, renderer = Passwords(), TypstRenderer()
    registry = ProviderRegistry.of(PROVIDERS)
    secrets = ProviderSecrets(registry, sealer)
    files = Files(
        UrlObjectStore(settings.uploads_url), LinkSigner(secret, settings.base_url, installation.previous_secrets)
    )
    exports = ExportSources([*prospecting_sources(), *campaign_sources(), CallExport()])
    nominatim, web = _nominatim(settings), _web(settings)
    geocoder = RememberingGeocoder(nominatim or NoGeocoder(), database)
    old_links = tuple(derive_key(old, "customer-links") for old in installation.previous_secrets)
    links = LinkMaker(derive_key(secret, "customer-links"), settings.base_url, old_links)
    billing = Billing(renderer=renderer, files=files, links=links, mail=InvoiceMessages())
    billing_desk = BillingDesk(billing)
    dispatcher = OfferDispatcher()
    orders = OrderDesk(geocoder=geocoder, dispatcher=dispatcher, files=files, links=links, invoices=billing_desk)
    triggered_orders = TriggeredOrders(orders)
    plans = PlanLimits(
        default_plan=settings.default_plan,
        upgrade_url=f"{settings.base_url}/console/plan",
        counts={
            "vendors": count_vendors,
            "agents": count_agents,
            "cloned_voices": count_cloned,
            "phone_numbers": count_numbers,
            "campaigns": count_campaigns,
        },
    )
    accounts = Accounts(
        database=database,
        tokens=AccessTokens(SigningKeys(settings.keys_dir), issuer=settings.base_url),
        passwords=passwords,
        sealer=sealer,
        mail=AccountMessages(),
        plans=plans,
        files=files,
        invoices=billing_desk,
        vendors=Standings(),
        public_url=settings.base_url,
        allowed_origins=security.allowed_origins,
        is_sandbox=simulates,
    )
    authenticator = TokenAuthenticator(accounts)
    outcomes = ConversationOutcomes(triggered_orders)
    foresight = Foresight(database, geocoder)
    processing = Processing(outcomes)
    sources = _inbound_sources(database)
    access = ProviderAccess(
        registry,
        sealer,
        Rehearsal(is_allowed=simulates, is_forced=settings.simulation == "always", providers=registry.simulated),
        defaults=provider_defaults(settings.keys, registry),
        simulators_url=settings.simulators_url,
        setup_url=f"{settings.base_url}/console/settings/providers",
    )
    api_configs = ApiConfigs(access, sealer, Checker(provider_checks(outbound), outbound), database, rules)
    usage = UsageRecorder(database)
    metering = Metering(usage, api_configs, database)
    providers = TenantCalling(access, outbound, metering, settings.base_url)
    webhooks = make_webhooks(database, sealer, outbound, may_be_http=simulates)
    mailers = TenantMailers(access, outbound, metering, sender=settings.providers.mail_from)
    return Assembly(
        installation=installation,
        bus=bus,
        database=database,
        hub=hub,
        streams=LiveStreams(database, hub, authenticator.still_stands),
        limits=RateLimits(database, factor=security.rate_limit_factor),
        accounts=accounts,
        authenticator=authenticator,
        api_configs=api_configs,
        provider_access=access,
        usage=usage,
        metering=metering,
        outbound=outbound,
        provider_secrets=secrets,
        files=files,
        export_sources=exports,
        exporter=Exporter(database, files, exports),
        geocoder=geocoder,
        billing=billing,
        calling=CallingDesk(database=database, files=files, plans=plans, voices=providers, telephony=providers),
        campaigns=make_campaigns(providers, providers, plans, access),
        calls=make_calls(
            database,
            quotes=CallQuotes(),
            access=access,
            telephony=providers,
            managed=providers,
            way=webhooks.way,
            plans=plans,
            files=files,
            orders=orders,
            base_url=settings.base_url,
            warm=FirstWords(database, providers, SpeechAhead(files.objects)),
        ),
        thoughts=TenantThoughts(access, outbound, metering, database.clock),
        webhooks=webhooks,
        orders=orders,
        triggered_orders=triggered_orders,
        outcomes=outcomes,
        foresight=foresight,
        processing=processing,
        conversations=Desk(foresight, processing),
        conversation_cache=MemoryCache(),
        inbound_sources=sources,
        inbound=InboundWork(database, sources),
        workload=VendorWorkload(),
        order_news=OrderNews(OrderLinks(links)),
        delivery=Delivery(database, mailers, FileAttachments(files)),
        inbox_offers=InboxOffers(orders, dispatcher),
        scraping=Scraping(
            sources=TenantPlaces(access, outbound, metering, timeout_s=settings.providers.places_timeout_s),
            api_configs=api_configs,
            geocoder=geocoder,
            plans=plans,
            database=database,
        ),
        web=web,
        closing=(
            _later(jobs.close),
            database.close,
            usage.close,
            outbound.aclose,
            web.aclose,
            *([nominatim.aclose] if nominatim else []),
            renderer.close,
            _later(passwords.close),
        ),
    )


def _web(settings: Settings) -> PolitePages:
    """Reads websites; those of simulated businesses from the simulator, where one may stand in."""
    simulators = urlsplit(settings.simulators_url)
    there = (simulators.hostname or "127.0.0.1", simulators.port or 80)
    stand_ins = {WEBSITES: there} if settings.simulation != "never" else {}
    agent = f"{AGENT} (+{settings.public_url or 'https://callout.dev'})"
    return PolitePages(SafeFetcher(user_agent=agent, stand_ins=stand_ins))


def _nominatim(settings: Settings) -> NominatimGeocoder | None:
    """The configured server, else the simulator where one may stand in."""
    configured = settings.keys.nominatim__base_url
    if settings.simulation == "always" or (configured is None and settings.simulation == "auto"):
        return NominatimGeocoder(f"{settings.simulators_url}/nominatim", user_agent=USER_AGENT)
    return NominatimGeocoder(configured, user_agent=USER_AGENT) if configured else None


def _inbound_sources(database: Database) -> dict[str, InboundSource]:
    checks = {
        "elevenlabs": elevenlabs.check_signature,
        "cloned_voice": cloned_voice.check_signature,
        "generic": generic_webhook.check_signature,
    }
    calls = {
        provider: InboundSource(check=check, processor=CallProcessor(provider, database))
        for provider, check in checks.items()
    }
    receipts = ReceiptProcessor("sendgrid", database, sendgrid.read_receipts)
    return {**calls, "sendgrid": InboundSource(check=sendgrid.check_signature, processor=receipts)}


def _later(close: Callable[[], object]) -> Callable[[], Awaitable[None]]:
    async def closed() -> None:
        close()

    return closed
