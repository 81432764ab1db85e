"""Ctrl-C and SIGTERM: the run stops at its next step, so that a checkpoint can still be written."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupted(Exception):
    """The user asked the run to stop; it can be resumed."""


class StopRequest:
    """Whether a stop was asked for; the signal handlers set it, the stages look at it."""

    def __init__(self) -> None:
        self.requested = False

    def check(self) -> None:
        """Raise Interrupted if a stop was asked for."""
        if self.requested:
            raise Interrupted


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """A StopRequest that Ctrl-C and SIGTERM set; a second Ctrl-C stops at once (KeyboardInterrupt).

    Outside the main thread, where Python lets nobody set handlers, signals are left as they are.
    """
    stop = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: object) -> None:
        stop.requested = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
