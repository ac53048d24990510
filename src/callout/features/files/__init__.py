"""Uploads, image checks, signed downloads."""
