"""Whether live calls can be carried here: they need the extra `voice`."""

from importlib.util import find_spec

from callout.run.errors import RunError

HOW = "install the extra: pip install 'callout[voice]'"


class NoVoiceError(RunError):
    """The voice service was asked for where its libraries are not installed."""


def is_installed() -> bool:
    """Whether the media engine is there; nothing is loaded."""
    return find_spec("pipecat") is not None


def require() -> None:
    """Refuses to go on without it.

    Raises:
        NoVoiceError: it is not installed.
    """
    if not is_installed():
        raise NoVoiceError(f"Live calls need more libraries; {HOW}")
