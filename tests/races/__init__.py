"""Many at once on a real database."""
