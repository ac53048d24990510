"""Storing, reading, sharing and deleting files."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import PurePath
from typing import Any, BinaryIO
from uuid import UUID

import msgspec

from callout.features.files import pictures, store
from callout.features.files.contents import HEAD_BYTES, is_dangerous, office_type, recognise
from callout.features.files.errors import FileInUse, FileMissing, FileTooLarge, TypeRefused
from callout.features.files.links import DEFAULT_EXPIRY_S, MAX_EXPIRY_S, LinkSigner
from callout.features.files.ports import ObjectMissingError, ObjectStore
from callout.features.files.rules import IMAGES, PURPOSES, Purpose, may_read, may_upload
from callout.features.files.tables import FileRow
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden, Unprocessable
from callout.kit.ids import uuid7

PICTURES_AT_ONCE = 2
"""Pictures decoded at the same time in one process: each may take some 300 MB."""
CHUNK = 1024 * 1024


class Measured(msgspec.Struct, frozen=True):
    """What reading a stream once told."""

    size: int
    sha256: str
    content_type: str


class Files:
    """Files of a tenant: rows in the database, bytes in the object store.

    Bytes are written before the row commits: a lost transaction leaves an object without a row, which `sweep` removes.
    """

    def __init__(self, objects: ObjectStore, signer: LinkSigner) -> None:
        self.objects = objects
        self.signer = signer
        self._decoders = ThreadPoolExecutor(PICTURES_AT_ONCE, thread_name_prefix="pictures")

    async def upload(
        self, work: Work, purpose: str, filename: str, stream: BinaryIO, *, owner_vendor_id: UUID | None = None
    ) -> FileRow:
        """Stores what somebody uploads: role, size and content are checked, pictures are encoded anew.

        Args:
            work: The transaction.
            purpose: One of `PURPOSES`.
            filename: As given; kept for downloads, never trusted.
            stream: Seekable, at its start.
            owner_vendor_id: The vendor the file belongs to when not the principal's own.

        Raises:
            Forbidden: the role may not upload for this purpose.
            FileTooLarge: more bytes or pixels than the purpose takes.
            TypeRefused: the content is of a type the purpose does not take.
        """
        rule = PURPOSES.get(purpose)
        if rule is None:
            raise Unprocessable.at("purpose", f"must be one of {', '.join(PURPOSES)}")
        if not may_upload(work.principal.role, rule):
            raise Forbidden(f"Your role does not upload files for {purpose}.")
        return await self._keep(work, rule, filename, stream, owner_vendor_id or work.principal.vendor_id)

    async def store_bytes(self, work: Work, purpose: str, filename: str, data: bytes) -> FileRow:
        """Stores bytes another feature made or fetched, under the same checks of content and size."""
        return await self._keep(work, PURPOSES[purpose], filename, io.BytesIO(data), work.principal.vendor_id)

    async def store_stream(
        self, work: Work, purpose: str, filename: str, stream: BinaryIO, *, expires_at: datetime | None = None
    ) -> FileRow:
        """Stores what another feature wrote to a seekable stream, part by part, under the same checks.

        The bytes are with the store before the transaction needs a connection. `expires_at` is when the file goes where
        not the rule of its purpose says so.
        """
        stream.seek(0)
        row = await self._keep(work, PURPOSES[purpose], filename, stream, work.principal.vendor_id)
        row.expires_at = expires_at or row.expires_at
        return row

    async def find(self, work: Work, file_id: UUID) -> FileRow:
        """A file the principal may read. Raises FileMissing."""
        row = await store.find(work, file_id)
        if row is None or not may_read(work.principal.role, row.purpose, is_own=_is_own(work, row)):
            raise FileMissing
        if row.expires_at is not None and row.expires_at <= work.now:
            raise FileMissing
        return row

    async def read_bytes(self, work: Work, file_id: UUID, variant: str = "original") -> bytes:
        """All bytes of a file of this tenant, whoever asks: the caller has checked that.

        Args:
            work: The transaction.
            file_id: The file.
            variant: original, 320 or 1200; the original stands in for a variant that is not smaller.

        Raises:
            FileMissing: no such file, or its bytes are gone.
        """
        row = await store.find(work, file_id)
        if row is None:
            raise FileMissing
        try:
            return b"".join([part async for part in self.stream(row, variant)])
        except ObjectMissingError:
            raise FileMissing from None

    def stream(
        self, row: FileRow, variant: str = "original", start: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """The bytes of a rendition in parts, from `start` to before `end`."""
        return self.objects.read(rendition(row, variant).key, start, end)

    def signed_url(self, work: Work, file_id: UUID, expires_s: int = DEFAULT_EXPIRY_S) -> str:
        """A download link that ends after 30 to 86 400 seconds; whoever holds it may read the file."""
        return self.signer.url(work.tenant_id, file_id, work.now, expires_s)

    def url_of(self, row: FileRow, now: datetime, expires_s: int = DEFAULT_EXPIRY_S) -> str:
        """The link shown with a file: lasting for public uploads, signed otherwise."""
        if row.visibility == "public":
            return self.signer.lasting_url(row.tenant_id, row.id)
        return self.signer.url(row.tenant_id, row.id, now, expires_s)

    async def url(self, work: Work, file_id: UUID) -> str | None:
        """A link for a page that stays open, such as to an avatar or logo: good for a day; None without the file."""
        row = await store.find(work, file_id)
        return self.url_of(row, work.now, MAX_EXPIRY_S) if row else None

    async def hold(self, work: Work, file_ids: Sequence[UUID]) -> None:
        """Keeps files that a document refers to; nobody can delete them afterwards."""
        await store.hold(work, file_ids)

    async def delete(self, work: Work, file_id: UUID) -> None:
        """Deletes a file the principal may read: its link answers 404 at once, its bytes go with the next purge.

        Raises:
            FileMissing: not visible to the principal.
            FileInUse: a document refers to it.
        """
        row = await store.lock(work, file_id)
        if row is None or not may_read(work.principal.role, row.purpose, is_own=_is_own(work, row)):
            raise FileMissing
        if row.held:
            raise FileInUse
        row.deleted_at = work.now

    async def _keep(
        self, work: Work, rule: Purpose, filename: str, stream: BinaryIO, vendor_id: UUID | None
    ) -> FileRow:
        name = safe_name(filename)
        measured = await asyncio.to_thread(_measure, stream, name, rule)
        file_id = uuid7()
        row = FileRow(
            id=file_id,
            tenant_id=work.tenant_id,
            purpose=rule.name,
            filename=name,
            storage_key=f"files/{work.tenant_id}/{file_id}",
            visibility="public" if rule.is_public else "private",
            scan_status="clean",
            expires_at=work.now + rule.keep if rule.keep else None,
            vendor_id=vendor_id,
        )
        if measured.content_type in IMAGES:
            await self._keep_picture(row, stream)
        else:
            row.content_type, row.bytes, row.sha256 = measured.content_type, measured.size, measured.sha256
            await self.objects.put(f"{row.storage_key}/original", stream, row.content_type)
        work.session.add(row)
        await work.session.flush()
        return row

    async def _keep_picture(self, row: FileRow, stream: BinaryIO) -> None:
        picture = await asyncio.get_running_loop().run_in_executor(self._decoders, _clean, stream)
        original = picture.original
        row.content_type, row.bytes = original.content_type, len(original.data)
        row.sha256 = hashlib.sha256(original.data).hexdigest()
        row.width, row.height, row.taken_at = original.width, original.height, picture.taken_at
        row.filename = with_suffix(row.filename, original.content_type)
        row.variants = {
            edge: {"bytes": len(variant.data), "content_type": variant.content_type}
            for edge, variant in picture.variants.items()
        }
        await self.objects.put(f"{row.storage_key}/original", original.data, original.content_type)
        for edge, variant in picture.variants.items():
            await self.objects.put(f"{row.storage_key}/{edge}", variant.data, variant.content_type)


class RenditionOf(msgspec.Struct, frozen=True):
    """Where one rendition of a file lies and what it is."""

    key: str
    bytes: int
    content_type: str
    etag: str


def rendition(row: FileRow, variant: str) -> RenditionOf:
    """The rendition of a file; the original stands in for a variant that does not exist."""
    smaller: dict[str, Any] | None = row.variants.get(variant)
    if smaller is None:
        return RenditionOf(f"{row.storage_key}/original", row.bytes, row.content_type, f'"{row.sha256[:32]}"')
    return RenditionOf(
        f"{row.storage_key}/{variant}", smaller["bytes"], smaller["content_type"], f'"{row.sha256[:32]}-{variant}"'
    )


def safe_name(filename: str) -> str:
    """The last path part without control characters, at most 200 characters."""
    last = PurePath(filename.replace("\\", "/")).name
    text = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    return text[-200:] or "file"


def with_suffix(filename: str, content_type: str) -> str:
    """The name with the suffix of what the content became, such as `.jpg` for a converted HEIC."""
    wanted = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",)}[content_type]
    path = PurePath(filename)
    return filename if path.suffix.lower() in wanted else (path.stem + wanted[0])[-200:]


def _is_own(work: Work, row: FileRow) -> bool:
    principal = work.principal
    if principal.vendor_id is not None and row.vendor_id == principal.vendor_id:
        return True
    return principal.actor_id is not None and row.created_by == principal.actor_id


def _measure(stream: BinaryIO, filename: str, rule: Purpose) -> Measured:
    digest, size = hashlib.sha256(), 0
    head = stream.read(HEAD_BYTES)
    chunk = head
    while chunk:
        digest.update(chunk)
        size += len(chunk)
        if size > rule.max_bytes:
            raise FileTooLarge(f"The file is larger than {rule.max_bytes} bytes.", max_bytes=rule.max_bytes)
        chunk = stream.read(CHUNK)
    stream.seek(0)
    if size == 0:
        raise Unprocessable.at("file", "is empty")
    content_type = recognise(head, filename)
    if content_type == "application/zip":
        content_type = office_type(stream)  # type: ignore[arg-type]
        stream.seek(0)
    if rule.types is not None and (content_type not in rule.types or is_dangerous(head)):
        raise TypeRefused(f"The content is {content_type}; {rule.name} takes {', '.join(sorted(rule.types))}.")
    return Measured(size, digest.hexdigest(), content_type)


def _clean(stream: BinaryIO) -> pictures.Picture:
    try:
        return pictures.clean(stream.read())
    except pictures.TooManyPixelsError as error:
        raise FileTooLarge(f"{error}.", max_pixels=pictures.MAX_PIXELS) from error
    except pictures.NotAPictureError as error:
        raise TypeRefused("The picture cannot be read. Save it as JPEG or PNG and try again.") from error
