"""Finds the fonts documents are set in, and says which scripts they cover.

FiraGO (SIL Open Font License) comes in the wheel `pymupdf-fonts` and covers Latin, Greek, Cyrillic, Arabic, Hebrew,
Devanagari, Georgian and Thai. typst itself embeds Libertinus Serif. Other scripts (Chinese, Japanese, Korean, Bengali,
Tamil …) come from the system's fonts, for instance Debian's `fonts-noto-core` and `fonts-noto-cjk`.
"""

import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import typst

WHEEL = "pymupdf_fonts"
WHEEL_FACES = ("FiraGO_Regular", "FiraGO_Bold", "FiraGO_Italic", "FiraGO_BoldItalic")

SCRIPT_FAMILIES: dict[str, tuple[str, ...]] = {
    "Latin, Greek, Cyrillic": ("FiraGO", "Noto Sans", "DejaVu Sans"),
    "Arabic": ("FiraGO", "Noto Sans Arabic", "Noto Naskh Arabic", "DejaVu Sans"),
    "Hebrew": ("FiraGO", "Noto Sans Hebrew", "DejaVu Sans"),
    "Devanagari": ("FiraGO", "Noto Sans Devanagari", "Lohit Devanagari"),
    "Thai": ("FiraGO", "Noto Sans Thai"),
    "Georgian": ("FiraGO", "Noto Sans Georgian"),
    "Bengali": ("Noto Sans Bengali", "Lohit Bengali"),
    "Tamil": ("Noto Sans Tamil", "Lohit Tamil"),
    "Telugu": ("Noto Sans Telugu", "Lohit Telugu"),
    "Gujarati": ("Noto Sans Gujarati", "Lohit Gujarati"),
    "Gurmukhi": ("Noto Sans Gurmukhi", "Lohit Gurmukhi"),
    "Chinese, Japanese, Korean": ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Droid Sans Fallback"),
}
"""Families that can set each script, best first."""


class FontBook:
    """The fonts of this process: those of the wheel laid out as files for typst, its own, and the system's."""

    def __init__(self) -> None:
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        paths: list[str] = []
        if find_spec(WHEEL) is not None:
            self._directory = tempfile.TemporaryDirectory(prefix="callout-fonts-")
            paths.append(_unpack(Path(self._directory.name)))
        self.fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=paths)
        self.families = frozenset(self.fonts.families())

    def close(self) -> None:
        """Removes the files laid out; nothing can be set afterwards."""
        if self._directory is not None:
            self._directory.cleanup()

    def stack(self) -> list[str]:
        """Installed families in order of preference for running text; typst falls back through them by glyph."""
        wanted = [family for families in SCRIPT_FAMILIES.values() for family in families]
        return [family for family in dict.fromkeys(wanted) if family in self.families]

    def missing_scripts(self) -> list[str]:
        """Scripts no installed font can set; they would print as empty boxes."""
        return [script for script, families in SCRIPT_FAMILIES.items() if not self.families & set(families)]


def _unpack(directory: Path) -> str:
    for face in WHEEL_FACES:
        buffer: bytes = import_module(f"{WHEEL}.{face}").fontbuffer
        (directory / f"{face}.ttf").write_bytes(buffer)
    return str(directory)
