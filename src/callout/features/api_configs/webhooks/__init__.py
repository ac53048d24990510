"""Webhooks to the tenant's own systems: signed, retried, replayable."""
