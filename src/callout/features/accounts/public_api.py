"""Routes of accounts on both services: sign-in, one's own account, keys, vocabulary."""

from callout.features.accounts import (
    invitation_public_api,
    meta_public_api,
    self_public_api,
    sign_in_public_api,
)

routers = [
    sign_in_public_api.router,
    self_public_api.router,
    invitation_public_api.router,
    meta_public_api.router,
]
