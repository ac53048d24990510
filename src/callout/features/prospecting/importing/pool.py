"""Worker processes that clean rows: started when there is much to do, ended with it, never outliving their parent."""

import asyncio
import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType, TracebackType
from typing import Any, Self, TypeVar

import msgspec

from callout.features.prospecting.importing import cleaning
from callout.features.prospecting.importing.cleaning import Cleaned
from callout.features.prospecting.importing.layout import Layout
from callout.features.prospecting.importing.pieces import Piece

R = TypeVar("R")
SMALL = 1024 * 1024
"""Bytes of a file below which starting processes costs more than it saves."""
MOST = 4
_NICER = 5


class Cleaners:
    """Cleans pieces beside the event loop: in processes, or in a thread when there is little to do.

    The processes are started anew ("spawn"): they inherit no connection, no lock and no thread, and they import what
    they need, not the program that started them.
    """

    def __init__(self, size: int, *, processes: int | None = None) -> None:
        """Takes the bytes there are to read, and how many processes to use at most."""
        self.at_once = processes or min(MOST, os.cpu_count() or 1)
        self._is_small = size < SMALL
        self._executor: Executor | None = None

    async def __aenter__(self) -> Self:
        if self._is_small:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="import")
        else:
            self._executor = ProcessPoolExecutor(self.at_once, mp_context=_Spawn(), initializer=_settle)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            await asyncio.to_thread(self._executor.shutdown, wait=True, cancel_futures=True)

    async def clean(self, piece: Piece, layout: Layout, after: int, region: str, taken: int) -> Cleaned:
        """`cleaning.clean`, elsewhere."""
        if self._is_small:
            return await self.run(cleaning.clean, piece, layout, after, region, taken)
        packed = msgspec.msgpack.encode(piece)
        done = await self.run(cleaning.clean_packed, packed, layout, after, region, taken)
        return await asyncio.to_thread(cleaning.unpacked, done)

    async def run(self, work: Callable[..., R], *given: Any) -> R:
        """Any function of plain data, elsewhere."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *given)


class _Bare(SpawnProcess):
    """A process that does not import the main module of its parent: that would cost its memory and its start again."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - the name multiprocessing gives it
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return SpawnProcess._Popen(process_obj)  # noqa: SLF001
        finally:
            sys.modules["__main__"] = main


class _Spawn(SpawnContext):
    Process = _Bare


def _settle() -> None:
    """In the new process: others go first, Ctrl-C is the parent's business, and its end is this one's too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICER)
    gc.freeze()
    gc.disable()  # rows are plain data without cycles
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True, name="end-with-parent").start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)
