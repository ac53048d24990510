"""Proof photos: adding, removing, and taking them from an address in a vendor's update."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from callout.features.files.errors import LinkExpired, LinkUnknown
from callout.features.files.service import Files
from callout.features.orders import store
from callout.features.orders.errors import OrderNotFound, PhotoInUse, TooManyPhotos
from callout.features.orders.events import OrderPhotoAdded
from callout.features.orders.facts import publish
from callout.features.orders.lifecycle import TERMINAL
from callout.features.orders.tables import Order, OrderPhoto
from callout.features.orders.timeline import note
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.geo import Point
from callout.kit.ids import uuid7

STAGES = ("before", "after", "other")
MAX_PER_STAGE = 10
_FILE_PATH = re.compile(r"/api/shared/files/([0-9a-fA-F-]{36})/content$")


async def add_photo(
    work: Work,
    files: Files,
    order: Order,
    *,
    stage: str,
    file_id: UUID,
    caption: str | None = None,
    taken_at: datetime | None = None,
    geo: Point | None = None,
) -> OrderPhoto:
    """Adds an uploaded picture to an order; adding the same file to the same stage again changes nothing.

    Args:
        work: the transaction; `order` is locked in it.
        files: knows whose file it is.
        order: not ended.
        stage: before, after or other.
        file_id: an image the principal may read.
        caption: one line.
        taken_at: aware UTC.
        geo: where it was taken, degrees WGS 84.

    Raises:
        PhotoInUse: the order has ended.
        TooManyPhotos: ten of the stage are there.
        Unprocessable: no such picture.
    """
    if order.status in TERMINAL:
        raise PhotoInUse
    present = [photo for photo in (await store.photos_of(work, [order.id]))[order.id] if photo.stage == stage]
    for photo in present:
        if photo.file_id == file_id:
            return photo
    if len(present) >= MAX_PER_STAGE:
        raise TooManyPhotos
    file = await files.find(work, file_id)
    if not file.content_type.startswith("image/"):
        raise Unprocessable.at("file_id", "is not a picture")
    photo = OrderPhoto(
        id=uuid7(),
        tenant_id=work.tenant_id,
        order_id=order.id,
        stage=stage,
        file_id=file_id,
        caption=caption,
        taken_at=taken_at or _aware(file.taken_at),
        lat=geo.lat if geo else None,
        lng=geo.lng if geo else None,
    )
    work.session.add(photo)
    note(work, order, "order.photo", stage=stage, photo_id=str(photo.id))
    await work.session.flush()
    await publish(work, order, OrderPhotoAdded, photo_id=photo.id, file_id=file_id, stage=stage)
    return photo


async def remove_photo(work: Work, order: Order, photo_id: UUID) -> None:
    """Takes a photo off an order; the file itself stays with the files.

    Raises:
        PhotoInUse: the order has ended, its photos are its record.
        OrderNotFound: the order has no such photo.
    """
    photo = await store.photo(work, order.id, photo_id)
    if photo is None:
        raise OrderNotFound("The order has no such photo.")
    if order.status in TERMINAL:
        raise PhotoInUse
    await work.session.delete(photo)
    note(work, order, "order.photo_removed", stage=photo.stage, photo_id=str(photo_id))


async def add_photo_from_url(work: Work, files: Files, order: Order, *, stage: str, url: str) -> OrderPhoto | None:
    """Adds the picture behind one of our own file addresses, as vendor apps write them into the order.

    Args:
        work: the transaction; `order` is locked in it.
        files: reads the address.
        order: the order.
        stage: before or after.
        url: as an upload or an earlier read of the order gave it.

    Returns:
        The photo; None when the order has it already (an app that sends back what it read).

    Raises:
        Unprocessable: not an address of a picture uploaded here.
    """
    match = _FILE_PATH.search(urlsplit(url).path)
    field = f"{stage}_image_url"
    if match is None:
        raise Unprocessable.at(field, "must be the address of a picture uploaded here")
    file_id = UUID(match[1])
    photos = (await store.photos_of(work, [order.id]))[order.id]
    if any(photo.file_id == file_id and photo.stage == stage for photo in photos):
        return None
    token = (parse_qs(urlsplit(url).query).get("token") or [""])[0]
    try:
        grant = files.signer.read(file_id, token, work.now)
    except (LinkUnknown, LinkExpired):
        grant = None
    if grant is None or grant.tenant_id != work.tenant_id:
        raise Unprocessable.at(field, "must be the address of a picture uploaded here")
    return await add_photo(work, files, order, stage=stage, file_id=file_id)


def _aware(text: str | datetime | None) -> datetime | None:
    """The moment in a picture's own record, which is often without a zone and then not trusted."""
    if isinstance(text, str):
        try:
            text = datetime.fromisoformat(text)
        except ValueError:
            return None
    return text if text is not None and text.tzinfo is not None else None
