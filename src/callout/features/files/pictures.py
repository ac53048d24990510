"""Makes uploaded pictures safe: decoded, turned upright, stripped, encoded anew, with smaller renditions."""

import io
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
EDGES = (320, 1200)
"""Longer edges of the smaller renditions, pixels."""
DATE_TIME, DATE_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL, EXIF_IFD = 0x0132, 0x9003, 0x9011, 0x8769
"""Exif 2.32 tags."""


class NotAPictureError(ValueError):
    """The bytes cannot be decoded as one of the accepted formats."""


class TooManyPixelsError(ValueError):
    """The picture would unfold beyond the limit."""


class Rendition(msgspec.Struct, frozen=True):
    """An encoded picture."""

    data: bytes
    content_type: str
    width: int
    height: int


class Picture(msgspec.Struct, frozen=True):
    """A cleaned picture with its smaller renditions by longer edge, and when it was taken."""

    original: Rendition
    variants: dict[str, Rendition]
    taken_at: str | None


def clean(data: bytes) -> Picture:
    """Decodes and encodes a picture anew. Keeps orientation (applied), colour profile and time; drops all else.

    Takes up to 3 bytes a pixel twice over: run few at once, in a thread.

    Raises:
        NotAPictureError: not decodable as JPEG, PNG, WebP or HEIC.
        TooManyPixelsError: more than 50 megapixels.
    """
    _accept_heif()
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise TooManyPixelsError(f"{image.width} by {image.height} pixels are more than 50 megapixels")
            return _cleaned(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise TooManyPixelsError(str(error)) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        if isinstance(error, TooManyPixelsError):
            raise
        raise NotAPictureError(str(error)) from error


@cache
def _accept_heif() -> None:
    register_heif_opener(thumbnails=False)


def _cleaned(image: Image.Image) -> Picture:
    source_format = image.format
    taken_at = _taken_at(image)
    profile = image.info.get("icc_profile")
    image.load()
    upright = ImageOps.exif_transpose(image)
    pixels = _plain_mode(upright)
    has_alpha = pixels.mode == "RGBA"
    kind = {"PNG": "PNG", "WEBP": "WEBP"}.get(source_format or "", "JPEG")
    if kind == "JPEG" and has_alpha:
        kind = "WEBP"
    variants = {
        str(edge): _encode(_shrunk(pixels, edge), "WEBP" if has_alpha else "JPEG", profile, None, quality=82)
        for edge in EDGES
        if max(pixels.size) > edge
    }
    return Picture(_encode(pixels, kind, profile, taken_at, quality=88), variants, taken_at)


def _plain_mode(image: Image.Image) -> Image.Image:
    has_alpha = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    wanted = "RGBA" if has_alpha else "L" if image.mode in {"L", "1"} else "RGB"
    return image if image.mode == wanted else image.convert(wanted)


def _shrunk(image: Image.Image, edge: int) -> Image.Image:
    small = image.copy()
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return small


def _encode(image: Image.Image, kind: str, profile: bytes | None, taken_at: str | None, *, quality: int) -> Rendition:
    options: dict[str, Any] = {"exif": _time_only(taken_at), "icc_profile": profile}
    if kind == "JPEG":
        options |= {"quality": quality, "progressive": True, "optimize": True}
    elif kind == "WEBP":
        options |= {"quality": quality, "method": 4}
    else:
        options |= {"optimize": False, "compress_level": 6}
    buffer = io.BytesIO()
    bare = image.copy()
    bare.info = {}
    bare.save(buffer, kind, **{name: value for name, value in options.items() if value is not None})
    return Rendition(buffer.getvalue(), f"image/{kind.lower()}", image.width, image.height)


def _taken_at(image: Image.Image) -> str | None:
    exif = image.getexif()
    detail = exif.get_ifd(EXIF_IFD)
    raw = str(detail.get(DATE_TIME_ORIGINAL) or exif.get(DATE_TIME) or "").strip("\x00 ")
    try:
        moment = datetime.strptime(raw, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - cameras know no zone
    except ValueError:
        return None
    offset = str(detail.get(OFFSET_TIME_ORIGINAL) or "").strip("\x00 ")
    try:
        return datetime.fromisoformat(moment.isoformat() + offset).isoformat()
    except ValueError:
        return moment.isoformat()


def _time_only(taken_at: str | None) -> bytes | None:
    if taken_at is None:
        return None
    moment = datetime.fromisoformat(taken_at)
    exif = Image.Exif()
    exif[DATE_TIME] = f"{moment:%Y:%m:%d %H:%M:%S}"
    detail = exif.get_ifd(EXIF_IFD)
    detail[DATE_TIME_ORIGINAL] = f"{moment:%Y:%m:%d %H:%M:%S}"
    if moment.tzinfo is not None:
        offset = f"{moment:%z}"
        detail[OFFSET_TIME_ORIGINAL] = f"{offset[:3]}:{offset[3:5]}"
    return exif.tobytes()
