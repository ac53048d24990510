"""Twilio: calls and text messages."""
