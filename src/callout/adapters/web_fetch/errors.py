"""Why a fetch brought nothing."""


class FetchFailed(Exception):  # noqa: N818 - subclasses say what failed
    """A fetch that brought nothing.

    Attributes:
        code: stays the same over releases.
        is_final: the same address will very likely not do better tomorrow.
        retry_after_s: how long the other side wants to be left alone.
    """

    code = "fetch_failed"
    is_final = False

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_s = retry_after_s


class AddressRefused(FetchFailed):
    """Not an address we go to: another scheme or port, credentials in it, or a network that is not public."""

    code = "address_refused"
    is_final = True


class HostUnknown(FetchFailed):
    """No such host."""

    code = "host_unknown"
    is_final = True


class Unreachable(FetchFailed):
    """The host does not take the connection, breaks it, or speaks no HTTP."""

    code = "unreachable"


class BadCertificate(FetchFailed):
    """The host does not prove who it is."""

    code = "bad_certificate"
    is_final = True


class TooSlow(FetchFailed):
    """Nothing came in time."""

    code = "too_slow"


class TooLarge(FetchFailed):
    """More bytes than we take, counted as they are after decompression."""

    code = "too_large"
    is_final = True


class TooManyRedirects(FetchFailed):
    """Sent on and on."""

    code = "too_many_redirects"
    is_final = True


class WrongType(FetchFailed):
    """Something else than what was asked for."""

    code = "wrong_type"
    is_final = True


class Declined(FetchFailed):
    """An answer with a status that is not 200."""

    def __init__(self, status: int, *, retry_after_s: float | None = None) -> None:
        super().__init__(f"it answered {status}", retry_after_s=retry_after_s)
        self.status = status
        self.code = f"http_{status}"
        self.is_final = 300 <= status < 500 and status not in {408, 425, 429}
