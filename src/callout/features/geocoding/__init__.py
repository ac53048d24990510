"""Addresses to places and back, and the time zone of a place or a telephone number."""
