"""Agents: how an AI caller speaks, thinks and behaves, and what it knows."""
