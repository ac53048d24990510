"""Text people write: phones, names, search."""
