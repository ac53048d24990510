"""Live sound as people's browsers play it."""
