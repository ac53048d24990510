"""Object stores: a local directory, S3, Google Cloud Storage or Azure, chosen by URL."""

from callout.adapters.object_store.store import UrlObjectStore

__all__ = ["UrlObjectStore"]
