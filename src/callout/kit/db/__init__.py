"""Database access: portable types, base rows, the unit of work."""
