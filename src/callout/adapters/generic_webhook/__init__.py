"""Whoever signs webhooks the way we do."""
