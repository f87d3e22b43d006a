"""Times of things that take turns: what else the machine does then meets all of them alike."""

import statistics
import time
from collections.abc import Callable, Sequence


def medians(ways: Sequence[Callable], inputs: Sequence) -> list[float]:
    """Return the median milliseconds of each way over ``inputs``, each given to every way in turn; warmed up once."""
    seconds = [[] for _ in ways]
    for way in ways:
        way(inputs[0])
    for given in inputs:
        for way, times in zip(ways, seconds, strict=True):
            started = time.perf_counter()
            way(given)
            times.append(time.perf_counter() - started)
    return [1000 * statistics.median(times) for times in seconds]
