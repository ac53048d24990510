"""Byte ranges of HTTP (RFC 9110, section 14)."""

import re

from callout.features.files.errors import RangeRefused

_SINGLE = re.compile(r"^bytes=(\d*)-(\d*)$")


def read_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The requested single range as (start, end before), or None to send everything.

    Several ranges or another unit are answered with everything, as the RFC allows.

    Raises:
        RangeRefused: nothing of the range lies inside the file.
    """
    match = _SINGLE.match((header or "").replace(" ", ""))
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise RangeRefused(headers={"Content-Range": f"bytes */{size}"})
    return start, end
