"""Webhooks of ours to addresses tenants entered."""

from callout.adapters.tenant_webhooks.poster import WebhookPoster

__all__ = ["WebhookPoster"]
