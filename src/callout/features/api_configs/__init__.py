"""The tenant's provider credentials: encrypted, masked, and what they make ready."""
