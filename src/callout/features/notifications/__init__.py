"""Inbox, messages, templates, channels, delivery receipts."""
