"""Pictures come out upright, stripped and small enough."""

import io
import warnings

import pytest
from PIL import Image
from pillow_heif import from_pillow

from callout.features.files import pictures


def jpeg(size: tuple[int, int] = (1600, 800), *, orientation: int = 1) -> bytes:
    image = Image.new("RGB", size, (200, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SpyPhone"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:20 10:11:12"
    exif.get_ifd(0x8769)[0x9011] = "+02:00"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (39.0, 47.0, 56.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, comment=b"secret comment")
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_location_maker_and_comment_are_stripped_and_the_time_is_kept() -> None:
    source = jpeg()
    assert opened(source).getexif().get_ifd(0x8825)
    cleaned = pictures.clean(source)
    exif = opened(cleaned.original.data).getexif()
    assert not exif.get_ifd(0x8825)
    assert 0x010F not in exif
    assert exif.get_ifd(0x8769)[0x9003] == "2026:03:20 10:11:12"
    assert cleaned.taken_at == "2026-03-20T10:11:12+02:00"
    assert b"SpyPhone" not in cleaned.original.data
    assert b"secret comment" not in cleaned.original.data


def test_orientation_is_applied() -> None:
    cleaned = pictures.clean(jpeg((1600, 800), orientation=6))
    assert (cleaned.original.width, cleaned.original.height) == (800, 1600)
    assert opened(cleaned.original.data).getexif().get(0x0112) in {None, 1}


def test_there_are_renditions_of_320_and_1200_pixels() -> None:
    cleaned = pictures.clean(jpeg((2400, 1200)))
    sizes = {edge: opened(variant.data).size for edge, variant in cleaned.variants.items()}
    assert sizes == {"320": (320, 160), "1200": (1200, 600)}
    assert not opened(cleaned.variants["320"].data).getexif()


def test_a_small_picture_is_not_blown_up() -> None:
    assert set(pictures.clean(jpeg((640, 480))).variants) == {"320"}
    assert pictures.clean(jpeg((200, 100))).variants == {}


def test_heic_becomes_jpeg() -> None:
    buffer = io.BytesIO()
    from_pillow(Image.new("RGB", (400, 300), "blue")).save(buffer, quality=50)
    cleaned = pictures.clean(buffer.getvalue())
    assert cleaned.original.content_type == "image/jpeg"
    assert (cleaned.original.width, cleaned.original.height) == (400, 300)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_transparency_survives(kind: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (1300, 100), (255, 0, 0, 0)).save(buffer, kind)
    cleaned = pictures.clean(buffer.getvalue())
    assert opened(cleaned.original.data).mode == "RGBA"
    assert cleaned.original.content_type == f"image/{kind.lower()}"
    assert opened(cleaned.variants["320"].data).mode == "RGBA"


def test_cmyk_and_palette_pictures_are_converted() -> None:
    for mode, kind in (("CMYK", "JPEG"), ("P", "PNG"), ("1", "PNG"), ("I;16", "PNG")):
        buffer = io.BytesIO()
        Image.new(mode, (10, 10)).save(buffer, kind)
        assert pictures.clean(buffer.getvalue()).original.width == 10


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    assert len(buffer.getvalue()) < 100_000
    with pytest.raises(pictures.TooManyPixelsError):
        pictures.clean(buffer.getvalue())


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff\xe0broken", b"<html>", jpeg()[:400], b"\x89PNG\r\n\x1a\n" + b"\0" * 50]
)
def test_what_cannot_be_decoded_is_no_picture(data: bytes) -> None:
    with pytest.raises(pictures.NotAPictureError):
        pictures.clean(data)
