"""One object store behind one URL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotSupportedError
from obstore.store import LocalStore, from_url

from callout.features.files.ports import ObjectMissingError, StoredObject
from callout.kit.errors import UpstreamFailed

PART = 1024 * 1024
UPLOAD_PART = 5 * 1024 * 1024
PARTS_AT_ONCE = 2


class UrlObjectStore:
    """The files port `ObjectStore`: `file:///dir`, `s3://bucket/prefix`, `gs://bucket`, `az://account/container`.

    Credentials of cloud stores come from where their own tools look for them (environment, instance roles).
    """

    def __init__(self, url: str, **options: Any) -> None:
        """Takes the URL, and options of the store such as `endpoint`, `region`, `access_key_id`."""
        parts = urlsplit(url)
        if parts.scheme == "file":
            directory = Path(unquote(parts.path))
            directory.mkdir(parents=True, exist_ok=True)
            self._store: Any = LocalStore(directory, automatic_cleanup=True)
        else:
            self._store = from_url(url, **options)

    async def put(self, key: str, data: bytes | BinaryIO, content_type: str) -> None:
        """Writes an object; streams go up in parts of 5 MB, two at once, so that memory stays flat."""
        attributes: Any = {"Content-Type": content_type}
        try:
            await self._put(key, data, attributes)
        except (NotSupportedError, NotImplementedError):
            if not isinstance(data, bytes):
                data.seek(0)
            await self._put(key, data, None)
        except BaseError as error:
            raise UpstreamFailed("The file store did not take the file. Try again later.") from error

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Streams the bytes from `start` to before `end`."""
        options: Any = None
        if end is not None:
            options = {"range": (start, end)}
        elif start:
            options = {"range": {"offset": start}}
        try:
            result = await obstore.get_async(self._store, key, options=options)
            async for part in result.stream(min_chunk_size=PART):
                yield bytes(part)
        except FileNotFoundError:
            raise ObjectMissingError(key) from None
        except BaseError as error:
            raise UpstreamFailed("The file store did not answer. Try again later.") from error

    async def delete(self, keys: Sequence[str]) -> None:
        """Removes objects; missing ones are fine."""
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except FileNotFoundError:
                continue
            except BaseError as error:
                raise UpstreamFailed("The file store did not delete a file.") from error

    async def walk(self, prefix: str, after: str | None = None) -> AsyncIterator[StoredObject]:
        """Lists objects under a prefix, those whose keys sort after `after` only."""
        listing = obstore.list(self._store, prefix=prefix, offset=after, chunk_size=500)
        async for chunk in listing:
            for item in chunk:
                yield StoredObject(item["path"], item["size"], item["last_modified"])

    async def _put(self, key: str, data: bytes | BinaryIO, attributes: Any) -> None:
        if isinstance(data, bytes):
            await obstore.put_async(self._store, key, data, attributes=attributes)
            return
        await obstore.put_async(
            self._store,
            key,
            _parts(data),
            attributes=attributes,
            use_multipart=True,
            chunk_size=UPLOAD_PART,
            max_concurrency=PARTS_AT_ONCE,
        )


async def _parts(stream: BinaryIO) -> AsyncIterator[bytes]:
    while part := await asyncio.to_thread(stream.read, PART):
        yield part
