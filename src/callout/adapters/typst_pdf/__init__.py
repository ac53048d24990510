"""PDF documents set by typst."""

from callout.adapters.typst_pdf.renderer import TypstRenderer

__all__ = ["TypstRenderer"]
