"""Callout: outbound AI calling and field dispatch for local service businesses."""

__version__ = "0.1.0"
