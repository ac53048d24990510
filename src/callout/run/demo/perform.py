"""The demonstration from the outside: against a running system, or one started for it and stopped afterwards."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from callout.run.demo.phone_call import phone_a_customer
from callout.run.demo.stage import Stage, Told
from callout.run.demo.story import STEPS, play
from callout.run.errors import RunError
from callout.run.seed import read_login
from callout.settings import Settings

START_WITHIN_S = 90.0
STOP_WITHIN_S = 30.0


def perform(
    settings: Settings, *, data: Path | None, out: Path, say: Callable[[str], None], with_call: bool = True
) -> tuple[Told, Path]:
    """Plays the main job and a phone call; keeps the invoice and the recording.

    Args:
        settings: Say where the gateway is, or what to start.
        data: Folder of real businesses and conversations; a generated town without it.
        out: Folder the invoice's PDF and the call's recording are written to.
        say: Shows a line of progress.
        with_call: Whether a phone call is placed too, in real time.

    Returns:
        What happened, and the path of the PDF.

    Raises:
        RunError: a step did not go as it must.
    """
    with _running(settings, say):
        login = read_login(settings)
        if login is None:
            raise RunError(
                "there is no demonstration tenant here (production installations have none); "
                "use the settings `callout up` was started with"
            )
        stage = Stage(settings.local_url, settings.simulators_url, login.email, login.password, say, data)
        told = asyncio.run(play(stage, (*STEPS, phone_a_customer) if with_call else STEPS))
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{told.invoice['number'].replace('/', '-')}.pdf"
    path.write_bytes(told.pdf)
    if told.recording:
        (out / f"call-{told.call['id']}.wav").write_bytes(told.recording)
    return told, path


def is_up(settings: Settings) -> bool:
    """Whether the gateway of these settings answers."""
    with suppress(httpx.HTTPError):
        return httpx.get(f"{settings.local_url}/health", timeout=2).is_success
    return False


@contextmanager
def _running(settings: Settings, say: Callable[[str], None]) -> Iterator[None]:
    if is_up(settings):
        yield
        return
    say("nothing is running here: starting Callout for the demonstration")
    process = subprocess.Popen(
        [sys.executable, "-m", "callout", "up"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        deadline = time.monotonic() + START_WITHIN_S
        while not is_up(settings):
            if process.poll() is not None:
                said = (process.stdout.read() if process.stdout else b"").decode(errors="replace")
                raise RunError(f"Callout did not start:\n{said[-1500:]}")
            if time.monotonic() > deadline:
                raise RunError(f"Callout did not start within {START_WITHIN_S:.0f} s; see `callout up`")
            time.sleep(0.5)
        yield
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
