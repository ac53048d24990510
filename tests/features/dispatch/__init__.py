"""Dispatch on a real database, through HTTP."""
