"""Pictures as typst takes them from JSON text: QR codes drawn as SVG, photos wrapped in SVG as data URIs."""

import base64
import io

import segno
from PIL import Image, UnidentifiedImageError

MAX_EDGE = 1200
"""Longer edge of a printed photo, pixels."""
JPEG_QUALITY = 82


def qr_svg(payload: str) -> str:
    """The text as a QR code (ISO/IEC 18004), error correction M as SEPA codes ask for, without quiet zone."""
    code = segno.make(payload, error="m", micro=False)
    return code.svg_inline(border=0, omitsize=True)


def photo_svg(data: bytes) -> str | None:
    """A photo, at most 1200 px on its longer edge, as an SVG with the JPEG or PNG inside; None if it is no picture."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            return _wrapped(image)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None


def _wrapped(image: Image.Image) -> str:
    has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    image.draft("RGB", (MAX_EDGE, MAX_EDGE))
    picture = image.convert("RGBA" if has_alpha else "RGB")
    picture.thumbnail((MAX_EDGE, MAX_EDGE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if has_alpha:
        picture.save(buffer, "PNG", optimize=True)
    else:
        picture.save(buffer, "JPEG", quality=JPEG_QUALITY, optimize=True)
    kind = "png" if has_alpha else "jpeg"
    text = base64.b64encode(buffer.getvalue()).decode("ascii")
    width, height = picture.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image href="data:image/{kind};base64,{text}" width="{width}" height="{height}"/></svg>'
    )
