"""Predictions on as many threads as there are cores, with a bounded queue before them."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from api.errors import ApiError

Result = TypeVar("Result")
RETRY_AFTER = 1  # seconds: a place is free again within a few predictions


class TooSlow(ApiError):
    """Work that took longer than a request may."""

    def __init__(self):
        message = "The answer took too long: try again later, or with a smaller photo."
        super().__init__(503, "too_slow", message, RETRY_AFTER)


class Workers:
    """Who may work: at most ``predictions`` at once, and ``queue`` more requests that wait.

    Called from the event loop only; the work runs in threads.
    """

    def __init__(self, predictions: int, queue: int, seconds: float):
        self._threads = ThreadPoolExecutor(predictions, thread_name_prefix="prediction")
        self._free = predictions + queue
        self._seconds = seconds

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for a request from its first byte to its answer; raise ApiError 503 where none is free."""
        if self._free <= 0:
            raise busy()
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1

    async def run(self, work: Callable[..., Result], *given) -> Result:
        """Run ``work(*given)`` in a thread; raise TooSlow where it takes longer than a request may.

        A thread cannot be stopped: what has begun then goes on and keeps its thread until it is done.
        """
        future = self._threads.submit(work, *given)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), self._seconds)
        except TimeoutError:
            future.cancel()
            raise TooSlow from None


def busy() -> ApiError:
    """Return the answer to a request that there is no room for."""
    return ApiError(503, "busy", "The server is busy: try again in a moment.", RETRY_AFTER)
