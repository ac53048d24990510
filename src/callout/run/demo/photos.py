"""Before and after pictures, drawn for the demonstration."""

import io

from PIL import Image, ImageDraw


def drawn_photo(title: str, colour: tuple[int, int, int]) -> bytes:
    """A JPEG of 1200 by 900 pixels with a title."""
    picture = Image.new("RGB", (1200, 900), colour)
    pen = ImageDraw.Draw(picture)
    for line in range(0, 900, 60):
        shade = tuple(min(255, part + line // 12) for part in colour)
        pen.rectangle((0, line, 1200, line + 30), fill=shade)
    pen.rectangle((300, 350, 900, 550), fill=(250, 250, 250))
    pen.text((360, 420), title, fill=(20, 20, 20), font_size=48)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
