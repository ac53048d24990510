"""Fetching what addresses given by strangers point to, without being led into our own network."""

from callout.adapters.web_fetch.fetcher import Fetched, SafeFetcher
from callout.adapters.web_fetch.pages import AGENT, PolitePages

__all__ = ["AGENT", "Fetched", "PolitePages", "SafeFetcher"]
