"""Ctrl-C and SIGTERM. Light to import: they may come while the library is still being loaded."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def end_with_a_sentence() -> None:
    """From now on either signal ends the process at once: with one sentence, and the exit status that a shell knows."""
    for number in SIGNALS:
        signal.signal(number, _end)


def _end(number: int, frame) -> None:
    # Nothing is unwound: threads would be waited for, and an exception in the middle of an import takes many forms.
    os.write(2, b"digitlens: stopped.\n")
    os._exit(128 + number)


@contextmanager
def raised() -> Iterator[None]:
    """Let either signal raise KeyboardInterrupt, for what has to be taken down in order."""

    def interrupt(number: int, frame) -> None:
        raise KeyboardInterrupt(number)

    before = _handle(interrupt)
    try:
        yield
    finally:
        _restore(before)


@contextmanager
def kept() -> Iterator[None]:
    """Give both signals back, afterwards, to whom they belong now: for a library that takes them."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            _restore(before)


class Stop:
    """Ctrl-C and SIGTERM, kept until a row is whole: ``signal`` is which one came, None before. A second one ends."""

    def __init__(self):
        self.signal: int | None = None
        self._before = {}

    def __enter__(self) -> "Stop":
        self._before = _handle(self._came)
        return self

    def __exit__(self, *_) -> None:
        _restore(self._before)

    def _came(self, number: int, frame) -> None:
        self.signal = number
        _restore(self._before)


def _handle(handler) -> dict:
    """Have both signals handled, and return how they were before; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    return {number: signal.signal(number, handler) for number in SIGNALS}


def _restore(before: dict) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)
