"""Many clients at once, and many predictions one after the other: what is answered, how soon, and what memory stays."""

import math
import multiprocessing
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException

import cv2
import numpy as np
from websockets.exceptions import WebSocketException

from inference import Classifier, read_digit
from inference.samples import drawing, encoded, photo
from training.serving import Answer, Client, Server, form, memory_of
from training.stress.session import opened_session

PREDICT = "/api/predict"


@dataclass(frozen=True)
class Load:
    """What many clients got: answers by status, seconds for each that was 200, and those that were out of order."""

    clients: int
    seconds: float
    statuses: dict[int, int]
    times: list[float]
    disorderly: list[str]

    @property
    def total(self) -> int:
        return sum(self.statuses.values()) + len(self.disorderly)

    def share(self, status: int) -> float:
        """Return the share that was answered with this status."""
        return self.statuses.get(status, 0) / max(1, self.total)

    @property
    def rate(self) -> float:
        """Predictions a second."""
        return self.statuses.get(200, 0) / self.seconds

    def percentile(self, percent: float) -> float:
        """Return the time in seconds under which this percentage of the 200 came."""
        return float(np.percentile(self.times, percent)) if self.times else float("nan")


def mixed_photos() -> list[bytes]:
    """Return photos and drawings of our own making, of many sizes and formats."""
    photos = []
    for digit in range(10):
        photos.append(encoded(drawing(digit, seed=digit)[..., :3]))
        photos.append(encoded(photo(digit, 480, 640, seed=digit), ".jpg"))
        photos.append(encoded(photo(digit, 1200, 1600, seed=digit), (".jpg", ".webp")[digit % 2]))
    small = cv2.resize(drawing(8)[..., :3], (28, 28), interpolation=cv2.INTER_AREA)
    large = encoded(photo(4, 3000, 4000, seed=4), ".jpg")
    return [*photos, encoded(small), encoded(small, ".bmp"), large, encoded(photo(6, 600, 600), ".tiff")]


def bare_rate(photos: list[bytes], threads: int, seconds: float) -> float:
    """Return the predictions a second of the library alone, without a server, on this many threads."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_bare, (photos, threads, seconds))


def _bare(photos: list[bytes], threads: int, seconds: float) -> float:
    classifier = Classifier()
    for data in photos:
        read_digit(data, classifier)
    done = [0] * threads

    def loop(number: int) -> None:
        place = number
        while time.perf_counter() < end:
            read_digit(photos[place % len(photos)], classifier)
            done[number] += 1
            place += threads

    started = time.perf_counter()
    end = started + seconds
    _together(loop, threads)
    return sum(done) / (time.perf_counter() - started)


def load(server: Server, photos: list[bytes], clients: int, seconds: float) -> Load:
    """Have so many clients, in a process of their own, send one photo after the other for so long."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_load, (server.port, photos, clients, seconds))


def _load(port: int, photos: list[bytes], clients: int, seconds: float) -> Load:
    requests = [form([("photo", data)]) for data in photos]
    statuses: Counter[int] = Counter()
    times, disorderly = [], []

    def loop(number: int) -> None:
        client = Client(port)
        place = 7 * number
        while time.perf_counter() < end:
            body, content_type = requests[place % len(requests)]
            place += 1
            try:
                answer = client.request("POST", PREDICT, body, {"Content-Type": content_type})
                fault = "" if answer.status == 200 else _refused_badly(answer)
            except (OSError, HTTPException) as error:
                client.connection.close()
                disorderly.append(f"no answer: {error!r}")
                continue
            if fault:
                disorderly.append(fault)
                continue
            statuses[answer.status] += 1
            if answer.status == 200:
                times.append(answer.seconds)
            else:
                time.sleep(float(answer.headers["retry-after"]))

    started = time.perf_counter()
    end = started + seconds
    _together(loop, clients)
    return Load(clients, time.perf_counter() - started, dict(statuses), times, disorderly)


def _refused_badly(answer: Answer) -> str:
    """Say what is wrong with an answer that is not 200; nothing where it is an orderly 503."""
    try:
        is_orderly = set(answer.json["error"]) == {"code", "message"}
    except (ValueError, KeyError, TypeError):
        is_orderly = False
    is_orderly = is_orderly and answer.status == 503 and "retry-after" in answer.headers
    return "" if is_orderly else f"{answer.status}: {answer.body[:200]!r}"


def session_beside(server: Server, work: Callable[[], Load]) -> tuple[Load, list[float]]:
    """Do the work while a person reloads the first page again and again; return also how long each reload took.

    One that fails takes for ever.
    """
    times: list[float] = []
    done = threading.Event()

    def person() -> None:
        try:
            with opened_session(server.port) as session:
                while not done.is_set():
                    times.append(session.run())
                    done.wait(1)
        except (OSError, RuntimeError, TimeoutError, WebSocketException):
            times.append(math.inf)

    visitor = threading.Thread(target=person)
    visitor.start()
    try:
        return work(), times
    finally:
        done.set()
        visitor.join()


def memory(server: Server, photos: list[bytes], predictions: int, warm_up: int) -> tuple[float, float, list[str]]:
    """Return what the server holds in MiB after the warm-up and after so many predictions more, and what went wrong."""
    requests = [form([("photo", data)]) for data in photos]
    troubles: list[str] = []

    def answer(numbers: Iterator[int]) -> None:
        def loop(_: int) -> None:
            client = Client(server.port)
            for number in numbers:  # whichever client is free takes the next
                body, content_type = requests[number % len(requests)]
                try:
                    answer = client.request("POST", PREDICT, body, {"Content-Type": content_type})
                except (OSError, HTTPException) as error:
                    client.connection.close()
                    troubles.append(f"no answer: {error!r}")
                    continue
                if answer.status != 200:
                    troubles.append(f"{answer.status}: {answer.body[:200]!r}")

        _together(loop, 2)

    answer(iter(range(warm_up)))
    before = _settled(server)
    answer(iter(range(warm_up, warm_up + predictions)))
    return before, _settled(server), troubles


def _settled(server: Server) -> float:
    """Return what a server that has come to rest holds, in MiB."""
    readings = []
    for _ in range(5):
        time.sleep(0.2)
        readings.append(memory_of(server.process.pid)["VmRSS"])
    return statistics.median(readings)


def _together(loop: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=loop, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
