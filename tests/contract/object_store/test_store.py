"""Every object store keeps the promises of the port `ObjectStore`."""

import io
from pathlib import Path

import pytest

from callout.adapters.object_store import UrlObjectStore
from callout.features.files.ports import ObjectMissingError


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> UrlObjectStore:
    return UrlObjectStore((tmp_path / "a dir").as_uri() if request.param == "file" else "memory:///")


async def content(store: UrlObjectStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([part async for part in store.read(key, start, end)])


async def test_bytes_come_back_whole_and_in_ranges(store: UrlObjectStore) -> None:
    await store.put("files/t/1/original", b"0123456789", "text/plain")
    assert await content(store, "files/t/1/original") == b"0123456789"
    assert await content(store, "files/t/1/original", 2, 5) == b"234"
    assert await content(store, "files/t/1/original", 7) == b"789"


async def test_a_stream_of_several_parts_is_stored_whole(store: UrlObjectStore) -> None:
    data = bytes(range(256)) * 50_000
    await store.put("files/t/2/original", io.BytesIO(data), "application/octet-stream")
    assert await content(store, "files/t/2/original") == data


async def test_a_missing_object_says_so(store: UrlObjectStore) -> None:
    with pytest.raises(ObjectMissingError):
        await content(store, "files/t/none/original")


async def test_deleting_twice_is_fine(store: UrlObjectStore) -> None:
    await store.put("files/t/3/original", b"x", "text/plain")
    await store.delete(["files/t/3/original", "files/t/never"])
    await store.delete(["files/t/3/original"])
    with pytest.raises(ObjectMissingError):
        await content(store, "files/t/3/original")


async def test_walking_begins_after_a_key_and_stays_under_the_prefix(store: UrlObjectStore) -> None:
    for key in ("files/a/1/original", "files/a/2/original", "files/a/3/320", "files/b/1/original"):
        await store.put(key, b"x", "text/plain")
    found = sorted([stored.key async for stored in store.walk("files/a/", "files/a/1zzz")])
    assert found == ["files/a/2/original", "files/a/3/320"]


def test_cloud_stores_are_chosen_by_url() -> None:
    for url, options in (
        ("s3://bucket/prefix", {"region": "eu-central-1", "access_key_id": "x", "secret_access_key": "y"}),
        ("az://account/container", {"account_name": "account", "account_key": "a2V5"}),
    ):
        UrlObjectStore(url, **options)
