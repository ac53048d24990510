"""Exports: rows of any feature as CSV, XLSX or JSON files, made in the background, kept for a day."""
