"""The account PostgreSQL runs under when Callout itself runs as root (PostgreSQL refuses root)."""

import logging
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from callout.run.errors import RunError

_log = logging.getLogger(__name__)
_CANDIDATES = ("callout", "nobody")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """An unprivileged account: numeric user and group id."""

    uid: int
    gid: int


def server_user() -> ServerUser | None:
    """The account to drop to, or None when this process is not root and needs no other.

    A system account named ``callout`` is preferred; ``nobody`` exists everywhere.

    Raises:
        RunError: neither account exists.
    """
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(entry.pw_uid, entry.pw_gid)
    raise RunError(
        "PostgreSQL does not run as root and there is no account to run it under: "
        "create one with `useradd --system callout`, or set DATABASE_URL to a server of your own"
    )


def own(path: Path, user: ServerUser | None) -> None:
    """Give one directory, closed to everybody else, to the server's account."""
    path.chmod(0o700)
    if user is not None:
        os.chown(path, user.uid, user.gid)


def let_through(path: Path) -> None:
    """Let other accounts pass (not list or read) every directory above ``path``."""
    for directory in path.resolve().parents:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            _log.info("letting the database account pass through %s", directory)
            directory.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def let_read(tree: Path) -> None:
    """Let other accounts read and run an installed tree, for installs made under a tight umask."""
    let_through(tree)
    if _open_to_others(tree) and _open_to_others(tree / "bin" / "postgres"):
        return
    for path in (tree, *tree.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _open_to_others(path: Path) -> bool:
    wanted = stat.S_IROTH | stat.S_IXOTH
    return path.stat().st_mode & wanted == wanted
