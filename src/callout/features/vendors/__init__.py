"""Vendors: invite codes, profiles, the service catalogue, areas, hours, verification, blocking."""
