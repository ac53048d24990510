"""Hosts the brain in a live call: turns, timers, tools, records; whatever carries the sound is a port."""
