"""Anthropic Claude."""
