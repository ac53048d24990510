"""Small pieces that fit one feature's port to another feature or an adapter."""

from uuid import UUID

import httpx

from callout.adapters.sendgrid.mailer import SendgridMailer
from callout.features.api_configs.store import find_config
from callout.features.api_configs.vault import ProviderSecrets
from callout.features.dispatch.service import OfferDispatcher
from callout.features.files.service import Files
from callout.features.geocoding.ports import Place
from callout.features.notifications.ports import Attachment, Mailer
from callout.features.orders import links, reading
from callout.features.orders import store as orders
from callout.features.orders.desk import OrderDesk
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, UpstreamFailed
from callout.kit.geo import Point
from callout.settings import ProviderSettings

SANDBOX_KEY = "SG.sandbox"


class NoGeocoder:
    """Stands where no source of places is configured and none may be simulated."""

    async def search(
        self, q: str, country: str | None = None, near: Point | None = None, limit: int = 5
    ) -> list[Place]:
        """Says what to do."""
        raise UpstreamFailed("Addresses cannot be looked up: set NOMINATIM_URL.", provider="nominatim")

    async def reverse(self, lat: float, lng: float) -> Place | None:
        """Says what to do."""
        raise UpstreamFailed("Places cannot be looked up: set NOMINATIM_URL.", provider="nominatim")


class TenantMailers:
    """Chooses who sends a tenant's mail: its own SendGrid key, the installation's, or the simulator."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        secrets: ProviderSecrets,
        settings: ProviderSettings,
        *,
        simulation: str,
        simulator_url: str,
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._settings = settings
        self._simulation = simulation
        self._simulator_url = simulator_url

    async def mailer_of(self, work: Work) -> Mailer | None:
        """The provider in force; None when none is configured and the sandbox may not stand in."""
        if self._simulation == "always":
            return self._mailer(SANDBOX_KEY, self._simulator_url)
        if key := await self._secrets.secret(work, "sendgrid", "api_key"):
            config = await find_config(work, "sendgrid")
            options = config.options if config is not None else {}
            return self._mailer(key, options.get("base_url") or self._settings.sendgrid_base_url, options.get("sender"))
        if self._settings.sendgrid_api_key is not None:
            return self._mailer(self._settings.sendgrid_api_key.get_secret_value(), self._settings.sendgrid_base_url)
        if self._simulation == "auto":
            return self._mailer(SANDBOX_KEY, self._simulator_url)
        return None

    def _mailer(self, key: str, base_url: str, sender: str | None = None) -> SendgridMailer:
        return SendgridMailer(self._client, api_key=key, sender=sender or self._settings.mail_from, base_url=base_url)


class FileAttachments:
    """Stored files as attachments of messages."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def attachment(self, work: Work, file_id: UUID) -> Attachment | None:
        """A file as an attachment; None when it is gone."""
        try:
            row = await self._files.find(work, file_id)
            content = await self._files.read_bytes(work, file_id)
        except NotFound:
            return None
        return Attachment(filename=row.filename, content_type=row.content_type, content=content)


class OrderLinks:
    """The customer's pages of an order."""

    def __init__(self, maker: links.LinkMaker) -> None:
        self._maker = maker

    async def status_link(self, work: Work, order_id: UUID) -> str | None:
        """The page that shows how the order stands."""
        return await self._link(work, order_id, "status")

    async def rating_link(self, work: Work, order_id: UUID) -> str | None:
        """The page to rate the work; None while it is not done."""
        order = await orders.find(work, order_id)
        return await self._link(work, order_id, "rating") if order.status == "completed" else None

    async def _link(self, work: Work, order_id: UUID, kind: str) -> str:
        order = await orders.find(work, order_id)
        return self._maker.url(await links.issue(work, self._maker, order, kind))


class InboxOffers:
    """Accepting and declining from the inbox."""

    def __init__(self, desk: OrderDesk, dispatcher: OfferDispatcher) -> None:
        self._desk = desk
        self._dispatcher = dispatcher

    async def accept(self, work: Work, order_id: UUID, vendor_id: UUID) -> str:
        """Takes the job."""
        await self._dispatcher.accept(work, order_id, vendor_id)
        return await self.look(work, order_id, vendor_id)

    async def decline(self, work: Work, order_id: UUID, vendor_id: UUID, reason: str | None) -> str:
        """Refuses the job."""
        await self._dispatcher.decline(work, order_id, vendor_id, reason=reason)
        return await self.look(work, order_id, vendor_id)

    async def look(self, work: Work, order_id: UUID, vendor_id: UUID) -> str:
        """The order's status as the vendor sees it."""
        order = await orders.find(work, order_id)
        standing = await self._dispatcher.vendor_snapshot(work, order_id, vendor_id)
        if standing is None:
            raise NotFound
        views = await reading.vendor_orders(work, self._desk, [(order, standing)], vendor_id)
        return str(views[0]["status"])
