"""What providers call: reports about phone calls."""

from callout.features.calling.calls.hooks_api import router

routers = [router]
