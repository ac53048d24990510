"""Directories for Unix sockets: the path of a socket may not be longer than about a hundred bytes."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from callout.run.errors import RunError

LIMIT = 103
"""Bytes of a socket's path that every system takes (macOS 103, Linux 107)."""

_LONGEST_NAME = ".s.PGSQL.5432"


class ForeignDirectoryError(RunError):
    """The short directory exists and belongs to somebody else."""


def short_directory(base: Path, name: str) -> Path:
    """A directory `name` under `base` if sockets fit there, else a short one under /tmp that is ours alone.

    Args:
        base: an absolute directory; the short one is derived from it and always the same.
        name: what the sockets are for.

    Raises:
        ForeignDirectoryError: somebody else has taken the short name.
    """
    directory = base / name
    if len(os.fsencode(directory / _LONGEST_NAME)) > LIMIT:
        digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
        directory = Path("/tmp") / f"callout-{os.geteuid()}-{digest}"  # noqa: S108 - its owner is checked below
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700, parents=True)
    if directory.is_symlink() or (os.geteuid() != 0 and directory.lstat().st_uid != os.geteuid()):
        raise ForeignDirectoryError(f"{directory} belongs to somebody else; remove it")
    return directory
