"""Many photos: opened and taken through the steps by several threads, read by the network in chunks, in their order.

OpenCV, Pillow and ONNX Runtime let other threads work meanwhile. So many photos are in hand at once and no more:
memory does not grow with their number.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from inference.classifier import Classifier
from inference.limits import Limits
from inference.photo import PhotoError, Source
from inference.reading import Prepared, Reading, prepare, recognise
from inference.steps import Config

CHUNK = 16  # photos that the network reads in one call; twice as many are in memory, reduced to their working size
CHUNK_SECONDS = 1.0  # after which it no longer waits for a chunk to fill up: slow photos are answered soon, too

Item, Result = TypeVar("Item"), TypeVar("Result")


def read_digits(
    sources: Iterable[Source],
    classifier: Classifier,
    config: Config | None = None,
    *,
    tta: bool = False,
    box: tuple[int, int, int, int] | None = None,
    rotation: float = 0.0,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Reading | PhotoError]:
    """Yield what read_digit answers for each source, in their order; where it would raise PhotoError, that error.

    The traces are left out (``reading.preprocessed.trace`` is empty): they hold every photo eleven times.
    ``stopped`` is asked again and again: once it says yes, what has been begun is still answered, and no more.
    """

    def work(source: Source) -> Prepared | PhotoError:
        try:
            photo = prepare(source, config, box=box, rotation=rotation)
        except PhotoError as error:
            return error
        others = (replace(made, trace=()) for made in photo.others)
        return replace(photo, likeliest=replace(photo.likeliest, trace=()), others=others)

    for chunk in _chunks(in_order(work, sources, stopped)):
        readings = iter(recognise([one for one in chunk if isinstance(one, Prepared)], classifier, tta=tta))
        for one in chunk:
            yield next(readings) if isinstance(one, Prepared) else one


def in_order(
    work: Callable[[Item], Result], items: Iterable[Item], stopped: Callable[[], bool] = lambda: False
) -> Iterator[Result]:
    """Yield ``work(item)`` for each item, in their order, done by as many threads as there may be predictions.

    An exception of the work is raised where its result would have come. ``stopped``: as in read_digits.
    """
    waiting = deque()
    pool = ThreadPoolExecutor(Limits.from_environment().predictions, thread_name_prefix="photo")
    try:
        for item in items:
            if stopped():
                break
            waiting.append(pool.submit(work, item))
            if len(waiting) == CHUNK:  # one chunk is read while the next is made
                yield waiting.popleft().result()
        # Threads take the photos in their order: where the first of these was not begun, none was.
        while waiting and not (stopped() and waiting[0].cancel()):
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(results: Iterator[Result]) -> Iterator[list[Result]]:
    chunk: list[Result] = []
    started = time.monotonic()
    for result in results:
        chunk.append(result)
        if len(chunk) == CHUNK or time.monotonic() - started > CHUNK_SECONDS:
            yield chunk
            chunk, started = [], time.monotonic()
    if chunk:
        yield chunk
