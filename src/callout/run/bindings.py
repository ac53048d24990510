"""Small pieces that fit one feature's port to another feature or an adapter."""

from uuid import UUID

from callout.adapters.sendgrid.mailer import SendgridMailer
from callout.features.api_configs.resolving import ProviderAccess
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
from callout.run.metering import Metering
from callout.run.outbound import Outbound


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

    def __init__(self, access: ProviderAccess, outbound: Outbound, metering: Metering, *, sender: str) -> None:
        """Takes what finds keys, the ways out, what counts, and the address mails come from unless an option says."""
        self._access = access
        self._outbound = outbound
        self._metering = metering
        self._sender = sender

    async def mailer_of(self, work: Work) -> Mailer | None:
        """The provider in force; None when none is configured and the sandbox may not stand in."""
        key = await self._access.credential_of(work, "sendgrid")
        if key is None:
            return None
        mailer = SendgridMailer(
            self._outbound.client_of(key),
            api_key=key.values["api_key"],
            sender=str(key.options.get("sender") or self._sender),
            base_url=key.base_url,
        )
        return self._metering.mailer(mailer, work.tenant_id, key)


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
