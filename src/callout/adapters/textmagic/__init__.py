"""Textmagic: text messages."""
