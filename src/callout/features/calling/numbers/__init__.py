"""The tenant's own phone numbers."""
