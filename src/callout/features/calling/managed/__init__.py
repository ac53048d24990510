"""Calls a provider places and speaks by itself, with an agent like ours."""
