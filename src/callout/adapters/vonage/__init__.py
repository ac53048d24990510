"""Vonage: text messages."""
