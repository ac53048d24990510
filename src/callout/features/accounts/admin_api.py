"""Routes of accounts under /api/admin."""

from callout.features.accounts import team_admin_api, tenant_admin_api

routers = [tenant_admin_api.router, team_admin_api.router]
