"""/api/admin/exports: every export of the business, whatever it is of."""

from litestar import Router

from callout.features.exports.history_api import reading_routes

router = Router("/api/admin/exports", route_handlers=reading_routes(()), tags=["Exports"])
