"""Uploading, reading, sharing, deleting files over HTTP."""

import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
from PIL import Image
from sqlalchemy import select
from tests.features.billing.house import Business, House

from callout.features.files.sweep import purge, sweep
from callout.features.files.tables import FileRow
from callout.kit.clock import OffsetClock
from callout.kit.ids import uuid7

MEGABYTE = 1024 * 1024


def jpeg(size: tuple[int, int] = (1600, 800), *, gps: bool = False) -> bytes:
    exif = Image.Exif()
    if gps:
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (39.0, 47.0, 56.0)
    buffer = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


async def upload(
    client: httpx.AsyncClient, data: bytes, purpose: str = "order_photo", name: str = "photo.jpg"
) -> httpx.Response:
    return await client.post("/api/shared/files", files={"file": (name, data, "image/jpeg")}, data={"purpose": purpose})


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


async def test_a_photo_is_stored_without_its_location(business: Business) -> None:
    owner = await business.client()
    answer = await upload(owner, jpeg(gps=True))
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert answer.headers["location"] == f"/api/shared/files/{file['id']}"
    assert (file["content_type"], file["width"], file["height"]) == ("image/jpeg", 1600, 800)
    stored = await owner.get(path_of(file["url"]))
    assert stored.status_code == 200
    assert stored.headers["content-type"] == "image/jpeg"
    assert stored.headers["x-content-type-options"] == "nosniff"
    assert not Image.open(io.BytesIO(stored.content)).getexif().get_ifd(0x8825)
    assert len(stored.content) == file["bytes"]


async def test_renditions_are_smaller(business: Business) -> None:
    owner = await business.client()
    file = (await upload(owner, jpeg())).json()
    for variant, edge in (("320", 320), ("1200", 1200), ("original", 1600)):
        answer = await owner.get(f"/api/shared/files/{file['id']}/content", params={"variant": variant})
        assert max(Image.open(io.BytesIO(answer.content)).size) == edge
    bad = await owner.get(f"/api/shared/files/{file['id']}/content", params={"variant": "640"})
    assert bad.status_code == 422


async def test_html_named_jpg_and_eleven_megabytes_are_refused(business: Business) -> None:
    owner = await business.client()
    html = await upload(owner, b"<!doctype html><script>alert(1)</script>")
    assert (html.status_code, html.json()["code"]) == (415, "unsupported_media_type")
    large = await upload(owner, jpeg((40, 40)) + b"\0" * 11 * MEGABYTE)
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    assert large.json()["max_bytes"] == 10 * MEGABYTE
    svg = await upload(owner, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "knowledge", "notes.md")
    assert svg.status_code == 415


async def test_sixty_megabytes_are_refused(business: Business) -> None:
    owner = await business.client()
    answer = await upload(owner, b"\0" * 60 * MEGABYTE)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_and_unknown_purposes_are_refused(business: Business) -> None:
    owner = await business.client()
    assert (await upload(owner, b"")).status_code == 422
    assert (await upload(owner, jpeg(), "holiday")).status_code == 422
    assert (await upload(owner, jpeg(), "invoice_pdf")).status_code == 403
    missing = await owner.post("/api/shared/files", data={"purpose": "logo"}, files={"other": ("x", b"x")})
    assert missing.status_code == 422


async def test_roles_upload_and_read_what_is_theirs(business: Business) -> None:
    owner, viewer = await business.client(), await business.client("viewer")
    vendor, other = [await business.client("vendor", vendor=uuid7(), actor=uuid4()) for _ in range(2)]
    assert (await upload(viewer, jpeg())).status_code == 403
    assert (await upload(vendor, jpeg(), "logo")).status_code == 403
    own = (await upload(vendor, jpeg())).json()["id"]
    logo = (await upload(owner, jpeg(), "logo")).json()["id"]
    seen = {
        name: [(await client.get(f"/api/shared/files/{file}")).status_code for file in (own, logo)]
        for name, client in {"owner": owner, "viewer": viewer, "vendor": vendor, "other": other}.items()
    }
    assert seen == {"owner": [200, 200], "viewer": [200, 200], "vendor": [200, 404], "other": [404, 404]}
    assert (await other.delete(f"/api/shared/files/{own}")).status_code == 404
    assert (await viewer.delete(f"/api/shared/files/{own}")).status_code == 403


async def test_another_tenants_file_does_not_exist(house: House, business: Business) -> None:
    file = (await upload(await business.client(), jpeg())).json()
    stranger = await (await house.found()).client()
    for path in (f"/api/shared/files/{file['id']}", f"/api/shared/files/{file['id']}/content"):
        assert (await stranger.get(path)).status_code == 404
    assert (await stranger.delete(f"/api/shared/files/{file['id']}")).status_code == 404


async def test_a_signed_link_works_without_sign_in_until_it_ends(
    house: House, business: Business, clock: OffsetClock
) -> None:
    owner = await business.client()
    file = (await upload(owner, jpeg((400, 300)))).json()
    nobody = await house.open()
    assert (await nobody.get(f"/api/shared/files/{file['id']}/content")).status_code == 401
    signed = (await owner.post(f"/api/shared/files/{file['id']}/sign", json={"expires_in": 60})).json()
    assert (await nobody.get(path_of(signed["url"]))).status_code == 200
    assert (await nobody.get(path_of(signed["url"])[:-2])).status_code == 404
    clock.advance(timedelta(seconds=61))
    late = await nobody.get(path_of(signed["url"]))
    assert (late.status_code, late.json()["code"]) == (410, "link_expired")
    for seconds in (29, 86_401):
        refused = await owner.post(f"/api/shared/files/{file['id']}/sign", json={"expires_in": seconds})
        assert refused.status_code == 422


async def test_ranges_and_entity_tags(business: Business) -> None:
    owner = await business.client()
    file = (await upload(owner, jpeg((400, 300)))).json()
    path = f"/api/shared/files/{file['id']}/content"
    whole = await owner.get(path)
    part = await owner.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{file['bytes']}"
    assert (await owner.get(path, headers={"If-None-Match": whole.headers["etag"]})).status_code == 304
    stale = await owner.get(path, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert stale.status_code == 200
    outside = await owner.get(path, headers={"Range": "bytes=99999999-"})
    assert outside.status_code == 416
    assert outside.headers["content-range"] == f"bytes */{file['bytes']}"
    assert whole.headers["accept-ranges"] == "bytes"
    download = await owner.get(path, params={"download": "true"})
    assert download.headers["content-disposition"].startswith("attachment")


async def test_a_deleted_file_is_gone_and_its_bytes_follow(house: House, business: Business) -> None:
    owner = await business.client()
    file = (await upload(owner, jpeg())).json()
    assert (await owner.delete(f"/api/shared/files/{file['id']}")).status_code == 204
    assert (await owner.get(path_of(file["url"]))).status_code == 404
    prefix = f"files/{business.tenant_id}/"
    assert len([stored async for stored in house.files.objects.walk(prefix)]) == 3
    async with business.work() as work:
        assert await purge(work, house.files.objects) == 1
    assert [stored async for stored in house.files.objects.walk(prefix)] == []
    async with business.work() as work:
        assert await purge(work, house.files.objects) == 0


async def test_a_file_of_a_document_stays(house: House, business: Business) -> None:
    owner = await business.client()
    file = (await upload(owner, jpeg())).json()
    async with business.work() as work:
        await house.files.hold(work, [UUID(file["id"])])
    answer = await owner.delete(f"/api/shared/files/{file['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")


async def test_bytes_of_an_undone_transaction_are_swept(house: House, business: Business, clock: OffsetClock) -> None:
    objects = house.files.objects
    async with business.work() as work:
        kept = await house.files.store_bytes(work, "order_photo", "a.jpg", jpeg((100, 100)))
    try:
        async with business.work() as work:
            await house.files.store_bytes(work, "order_photo", "b.jpg", jpeg((100, 100)))
            raise RuntimeError
    except RuntimeError:
        pass
    prefix = f"files/{business.tenant_id}/"
    async with business.work() as work:
        assert await sweep(work, objects) == 0, "young objects may belong to a running transaction"
    clock.advance(timedelta(hours=25))
    async with business.work() as work:
        assert await sweep(work, objects) == 1
    assert [stored.key async for stored in objects.walk(prefix)] == [f"{kept.storage_key}/original"]


async def test_public_uploads_are_shown_only_when_they_are_our_own_pictures(house: House, business: Business) -> None:
    async with business.work() as work:
        page = await house.files.store_bytes(work, "app_upload", "page.html", b"<script>alert(1)</script>")
        picture = await house.files.store_bytes(work, "app_upload", "p.png", jpeg((100, 100)))
        urls = {name: house.files.url_of(row, work.now) for name, row in (("page", page), ("picture", picture))}
    nobody = await house.open()
    html = await nobody.get(path_of(urls["page"]))
    assert html.headers["content-disposition"].startswith("attachment")
    assert html.headers["content-type"] == "application/octet-stream"
    assert html.headers["content-security-policy"] == "default-src 'none'; sandbox"
    shown = await nobody.get(path_of(urls["picture"]))
    assert shown.headers["content-disposition"].startswith("inline")


async def test_an_import_expires(house: House, business: Business, clock: OffsetClock) -> None:
    owner = await business.client()
    file = (await upload(owner, b"name,phone\nAnn,+13055550100\n", "csv_import", "people.csv")).json()
    assert file["content_type"] == "text/csv"
    clock.advance(timedelta(days=1, seconds=1))
    assert (await owner.get(f"/api/shared/files/{file['id']}")).status_code == 404
    async with business.work() as work:
        assert await purge(work, house.files.objects) == 1
        rows: Any = (await work.session.execute(select(FileRow.deleted_at))).scalars().all()
    assert all(rows)


async def test_a_large_upload_streams_to_the_store(house: House, business: Business) -> None:
    owner = await business.client()
    wav = b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(range(256)) * 4096 * 20
    answer = await upload(owner, wav, "voice_sample", "voice.wav")
    assert answer.status_code == 201, answer.text
    assert answer.json()["content_type"] == "audio/wav"
    async with business.work() as work:
        assert await house.files.read_bytes(work, UUID(answer.json()["id"])) == wav
