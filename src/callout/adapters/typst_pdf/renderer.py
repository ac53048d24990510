"""Sets invoices as PDF with a compiler that stays warm."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import typst

from callout.adapters.typst_pdf.fonts import FontBook
from callout.adapters.typst_pdf.pictures import photo_svg, qr_svg
from callout.features.billing.errors import RenderingFailed

TEMPLATES = Path(str(files("callout.adapters.typst_pdf"))) / "templates"


class TypstRenderer:
    """The billing port `PdfRenderer`.

    One thread owns the compiler: a page takes about 12 ms warm, so documents queue rather than compete, and the event
    loop never waits. The values travel as one JSON text; templates apply no rule, they only place.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="typst")
        self._compiler: typst.Compiler | None = None
        self._fonts: FontBook | None = None

    async def render(self, sheet: dict[str, Any], images: Mapping[str, bytes]) -> bytes:
        """The sheet as PDF bytes; see `callout.features.billing.ports.PdfRenderer`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._render, sheet, dict(images), "pdf")

    async def warm_up(self) -> list[str]:
        """Loads fonts and templates ahead of the first document; returns the scripts no font covers."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._missing_scripts)

    async def close(self) -> None:
        """Ends the thread after the documents already queued."""
        if self._fonts is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._fonts.close)
        self._thread.shutdown(wait=False)

    def _missing_scripts(self) -> list[str]:
        self._ready()
        return self._fonts.missing_scripts() if self._fonts else []

    def _ready(self) -> tuple[typst.Compiler, FontBook]:
        if self._compiler is None or self._fonts is None:
            self._fonts = FontBook()
            self._compiler = typst.Compiler(
                str(TEMPLATES / "invoice.typ"), root=str(TEMPLATES), font_paths=self._fonts.fonts
            )
        return self._compiler, self._fonts

    def _render(self, sheet: dict[str, Any], images: dict[str, bytes], kind: Literal["pdf", "png"]) -> bytes:
        compiler, fonts = self._ready()
        pictures = {name: svg for name, data in images.items() if (svg := photo_svg(data)) is not None}
        content = {
            **sheet,
            "fonts": fonts.stack(),
            "pictures": pictures,
            "qr_svg": qr_svg(sheet["qr"]["payload"]) if sheet.get("qr") else None,
        }
        inputs = {"sheet": json.dumps(content, ensure_ascii=False)}
        try:
            compiled = compiler.compile(format=kind, ppi=120, sys_inputs=inputs)
        except typst.TypstError as error:
            raise RenderingFailed(error.message) from error
        return compiled if isinstance(compiled, bytes) else (compiled or [b""])[0]
