"""Campaigns and the rules before every dial, on a real database."""
