"""Processes are killed while the main job runs; it ends as if nothing had happened."""
