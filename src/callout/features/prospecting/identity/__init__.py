"""Which businesses are one and the same: suggestions, merging with provenance, undoing."""
