"""Logs, metrics and health: how a running process tells what it does."""
