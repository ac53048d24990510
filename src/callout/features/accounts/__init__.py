"""Tenants, users, roles and permissions, sessions, second factors, access keys, settings, audit."""
