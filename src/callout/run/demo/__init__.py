"""Plays the main job through the public endpoints: from a file of businesses to a paid invoice."""
