"""Thousands of damaged files, on the opening function and through the API: no crash, no hang, every fault named."""

import json
import multiprocessing
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException

from inference import PhotoError, open_photo
from training.serving import Answer, Server
from training.stress.files import NAMES, bombs, damaged_file, zip_bombs

HANG = 2.0  # seconds of the cores' time for one file: a busy machine only lengthens the clock's
WAIT = 10 * HANG  # seconds by the clock: so long waits only what has stopped working
CHUNK = 250
PATIENCE = 300.0  # seconds for a chunk: beyond it something hangs for good
ADDRESSES = ("/api/predict?rembg=never", "/api/read", "/api/batch?rembg=never", "/api/predict?tta=true&all_models=true")


@dataclass
class Outcome:
    """What came of bad files: how often each answer came, the longest times, and every trouble.

    ``slowest`` is by the cores' time, ``longest`` by the clock, in seconds; ``hangs``: how many took too long.
    """

    answers: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    longest: float = 0.0
    hangs: int = 0
    troubles: list[str] = field(default_factory=list)

    def note(self, name: str, answer: str, seconds: float, by_the_clock: float) -> None:
        self.answers[answer] += 1
        self.slowest = max(self.slowest, seconds)
        self.longest = max(self.longest, by_the_clock)
        if seconds > HANG or by_the_clock > WAIT:
            self.hangs += 1
            self.troubles.append(f"{name}: took {seconds:.1f} s of the cores' time, {by_the_clock:.1f} s by the clock")

    def add(self, other: "Outcome") -> None:
        self.answers += other.answers
        self.slowest = max(self.slowest, other.slowest)
        self.longest = max(self.longest, other.longest)
        self.hangs += other.hangs
        self.troubles += other.troubles


def opened(count: int, processes: int = 1) -> Outcome:
    """Open every bomb, and the damaged files 0 to ``count``, in processes of their own: a crash ends only these."""
    outcome = Outcome()
    chunks = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_hush) as pool:
        waiting = {"the bombs": pool.submit(_open_bombs)}
        waiting |= {f"files {chunk.start} to {chunk.stop}": pool.submit(_open_chunk, chunk) for chunk in chunks}
        for what, future in waiting.items():
            try:
                outcome.add(future.result(timeout=PATIENCE))
            except (BrokenProcessPool, TimeoutError) as error:
                outcome.troubles.append(f"{what}: {type(error).__name__}")
                for process in multiprocessing.active_children():
                    process.kill()  # one that hangs would be waited for
                break
    return outcome


def _hush() -> None:
    """Let the decoders' own libraries say nothing on the terminal: they have a word on each damaged file."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _open_bombs() -> Outcome:
    return _open_named(bombs())


def _open_chunk(numbers: range) -> Outcome:
    outcome = Outcome()
    for number in numbers:
        outcome.add(_open_named(dict([damaged_file(number)])))
    return outcome


def _open_named(files: dict[str, bytes]) -> Outcome:
    outcome = Outcome()
    for name, data in files.items():
        started, clock = time.process_time(), time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow's, on damaged tags
                open_photo(data)
            answer = "opened"
        except PhotoError as error:
            answer = error.code
        except Exception as error:
            answer = "raised"
            outcome.troubles.append(f"{name}: {error!r}")
        outcome.note(name, answer, time.process_time() - started, time.perf_counter() - clock)
    return outcome


def sent(server: Server, count: int) -> Outcome:
    """Send the damaged files 0 to ``count``, every bomb and bad requests to the API, under names that mean harm."""
    outcome = Outcome()
    client = server.client()

    def check(name: str, ask: Callable[[], Answer]) -> None:
        started, clock = server.cpu_seconds(), time.perf_counter()
        try:
            answer = ask()
        except (OSError, HTTPException) as error:
            outcome.note(name, "no answer", 0.0, time.perf_counter() - clock)
            outcome.troubles.append(f"{name}: no answer: {error!r}")
            client.connection.close()
            return
        outcome.note(name, str(answer.status), server.cpu_seconds() - started, time.perf_counter() - clock)
        fault = fault_of(answer)
        if fault:
            outcome.troubles.append(f"{name}: {fault}")

    for number in range(count):
        name, data = damaged_file(number)
        address, shown = ADDRESSES[number % len(ADDRESSES)], NAMES[number % len(NAMES)]
        check(name, partial(client.post, address, [(shown, data)]))
    for name, data in bombs().items():
        check(name, partial(client.post, "/api/predict?rembg=never", [(name, data)]))
    for name, data in zip_bombs().items():
        check(name, partial(client.post, "/api/batch?rembg=never", [(name, data)]))
        check(name, partial(client.post, "/api/predict", [(name, data)]))
    for name, (method, path, body, headers) in BAD_REQUESTS.items():
        check(name, partial(client.request, method, path, body, headers))
    if server.process.poll() is not None:
        outcome.troubles.append("the server has ended")
    if "Traceback" in server.logged():
        outcome.troubles.append("the log holds a traceback: " + server.logged()[-500:])
    return outcome


def fault_of(answer: Answer) -> str:
    """Say what is wrong with the answer to a bad request; nothing where it is 2xx, or a 4xx that names the trouble."""
    if answer.headers.get("content-type") != "application/json":
        return f"{answer.status} is no JSON: {answer.body[:100]!r}"
    try:
        fields = answer.json
    except json.JSONDecodeError:
        return f"{answer.status} is broken JSON: {answer.body[:100]!r}"
    if 200 <= answer.status < 300:
        return ""
    if not 400 <= answer.status < 500:
        return f"{answer.status}: {answer.body[:200]!r}"
    error = fields.get("error", {})
    if set(fields) != {"error"} or set(error) != {"code", "message"}:
        return f"{answer.status} has another form: {answer.body[:200]!r}"
    is_sentence = (
        error["message"].endswith(".") and "\n" not in error["message"] and "Traceback" not in error["message"]
    )
    return "" if error["code"] and is_sentence else f"{answer.status} is no sentence: {error}"


FORM = {"Content-Type": "multipart/form-data; boundary=x"}
BAD_REQUESTS = {
    "no body": ("POST", "/api/predict", None, {}),
    "no boundary": ("POST", "/api/predict", b"abc", {"Content-Type": "multipart/form-data"}),
    "no parts": ("POST", "/api/predict", b"--x--\r\n", FORM),
    "cut form": ("POST", "/api/predict", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a', FORM),
    "text in the place of a file": (
        "POST",
        "/api/predict",
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--x--\r\n',
        FORM,
    ),
    "no name": ("POST", "/api/predict", b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n", FORM),
    "many parts": (
        "POST",
        "/api/batch",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n' * 3000 + b"--x--\r\n",
        FORM,
    ),
    "json": ("POST", "/api/predict", b"{}", {"Content-Type": "application/json"}),
    "wrong tta": ("POST", "/api/predict?tta=perhaps", b"--x--\r\n", FORM),
    "wrong method": ("DELETE", "/api/predict", None, {}),
    "unknown": ("GET", "/api/<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"), None, {}),
    "up": ("GET", "/api/..%2f..%2fserver.py", None, {}),
    "null": ("GET", "/api/%00", None, {}),
    "long": ("GET", "/api/" + "a" * 8000, None, {}),
}
