"""Trigger rules: when a customer wants work done, decided by rules that can be explained."""
