"""Admin routes of calling, one list for each room."""

from litestar import Router

routers: list[Router] = []
