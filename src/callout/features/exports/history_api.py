"""The routes every place that offers exports has: history, one of them, its file, taking it back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get
from litestar.response import Redirect

from callout.features.accounts.permissions import allow
from callout.features.exports import store
from callout.features.exports.errors import ExportExpired
from callout.features.exports.request import LINK_S, delete_export, download_url, is_over
from callout.features.exports.schemas import ExportQuery
from callout.features.exports.tables import Export
from callout.features.exports.views import export_view, export_views
from callout.features.files.service import Files
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import versioned


async def accepted(work: Work, export: Export, files: Files, path: str) -> Response[Any]:
    """202 with the export to be."""
    view = await export_view(work, export, files)
    return Response(msgspec.to_builtins(view), status_code=202, headers={"Location": f"{path}/{export.id}"})


def reading_routes(kinds: Sequence[str]) -> list[Any]:
    """Handlers below `…/exports` that see exports of these kinds; of every kind when none is named."""

    @get("/", guards=[allow("export.read", roles="OM")], filters=ExportQuery)
    async def list_exports(
        request: Request[Any, Any, Any], work: Work, files: Files, filters: Filtered[ExportQuery]
    ) -> Response[Any]:
        rows, total = await store.page(work, kinds, filters)
        return listed(filters, await export_views(work, rows, files), total, request=request)

    @get("/{export_id:uuid}", guards=[allow("export.read", roles="OM")])
    async def get_export(work: Work, files: Files, export_id: UUID) -> Response[Any]:
        export = await store.find(work, export_id, kinds=kinds)
        if is_over(work, export):
            raise ExportExpired
        return versioned(await export_view(work, export, files), export.version)

    @get("/{export_id:uuid}/download", guards=[allow("export.read", roles="OM")])
    async def download_export(work: Work, files: Files, export_id: UUID) -> Redirect:
        """Leads to the file, by a link good for five minutes."""
        export = await store.find(work, export_id, kinds=kinds)
        return Redirect(download_url(work, export, files, LINK_S), status_code=302)

    @delete("/{export_id:uuid}", guards=[allow("export.create", roles="OM")])
    async def remove_export(work: Work, files: Files, export_id: UUID) -> None:
        await delete_export(work, await store.find(work, export_id, kinds=kinds), files)

    return [list_exports, get_export, download_export, remove_export]
