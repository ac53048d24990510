"""What the numbers say: read-only reports over all features."""
