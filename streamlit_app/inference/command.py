"""The command ``digitlens``: read photos, measure how well that goes, and serve the pages, from a terminal."""

import argparse
import errno
import json
import math
import os
import runpy
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from inference import cutout
from inference.answers import (
    CSV,
    ENDINGS,
    JSON,
    PEOPLE,
    AnswerFile,
    AnswersError,
    as_written,
    digit_line,
    number_line,
    opened_for_answers,
)
from inference.batch import in_order, read_digits
from inference.classifier import DEFAULT_NETWORK, Classifier, NetworkUnavailable
from inference.given import GivenFile, given_files
from inference.limits import LimitError
from inference.number import NumberReading, read_number
from inference.photo import PhotoError
from inference.photo_benchmark import (
    PARTS,
    Answer,
    ManifestError,
    NumberAnswer,
    answers,
    number_answers,
    number_summary,
    read_manifest,
    summary,
)
from inference.ray_engine import PARQUET, EngineError, How, predict_with_ray
from inference.reading import Reading, read_digit
from inference.schema import as_json, digit_error, digit_record, number_error, number_record
from inference.steps import REMBG_MODES, Config

APPLICATION = Path(__file__).resolve().parents[1]
PORT = 8501
MOST_DEGREES = 360


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status.

    0: all read; 1: some file could not be read; 2: the command cannot run; 130 and 143: ended by Ctrl-C or SIGTERM;
    141: who read the output has gone.
    """
    options = _parser().parse_args(arguments)
    # A file's name may hold what the terminal cannot show.
    if sys.stdout is not None:  # it may be closed (>&-)
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return options.run(options)
    except (NetworkUnavailable, ManifestError, LimitError, AnswersError, EngineError) as error:
        print(f"digitlens: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of our output has gone (| head): nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13  # as a shell says it of a command that SIGPIPE ended; Windows has no such signal
    except OSError as error:
        print(f"digitlens: the answers cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("digitlens: stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="digitlens", description="Read handwritten digits in photos.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    predict = commands.add_parser("predict", help="read the digit in each photo")
    predict.add_argument(
        "--box", type=_box, metavar="R,C,H,W", help="where the digit is: row, column, height and width in pixels"
    )
    predict.add_argument(
        "--rotation",
        type=_rotation,
        default=0.0,
        metavar="DEGREES",
        help="how far to turn the photo, counter-clockwise",
    )
    predict.add_argument(
        "--engine",
        choices=("threads", "ray"),
        default="threads",
        help="who does the work: this process, or Ray's workers on one machine or many (%(default)s)",
    )
    predict.set_defaults(run=_predict)

    read = commands.add_parser("read", help="read every digit in each photo: numbers, rows of them, equations")
    read.set_defaults(run=_read)

    for command in (predict, read):
        command.add_argument("paths", nargs="+", metavar="PATH", help="a photo, a folder of photos, or a pattern")
        kinds = command.add_mutually_exclusive_group()
        kinds.add_argument("--json", action="store_const", const=JSON, dest="kind", help="one JSON object a line")
        kinds.add_argument("--csv", action="store_const", const=CSV, dest="kind", help="CSV, its first line the names")
        command.add_argument("--out", metavar="FILE", help="write the answers to FILE; its ending says which kind")
        command.add_argument(
            "--resume", action="store_true", help="go on with the FILE of --out: leave out the photos that it answers"
        )

    benchmark = commands.add_parser("benchmark", help="measure the accuracy on a folder with a manifest.csv")
    benchmark.add_argument("folder", type=Path, metavar="FOLDER")
    benchmark.add_argument("--part", choices=PARTS, help="only this part of the manifest")
    benchmark.add_argument("--json", type=Path, metavar="FILE", help="write the figures and every answer to FILE")
    benchmark.set_defaults(run=_benchmark)

    for command in (predict, read, benchmark):
        command.add_argument("--model", default=DEFAULT_NETWORK, metavar="NAME", help="the network (%(default)s)")
    for command in (predict, benchmark):
        command.add_argument("--tta", action="store_true", help="the mean over several looks at the digit")
        command.add_argument("--rembg", choices=REMBG_MODES, default="auto", help="background removal (%(default)s)")

    serve = commands.add_parser("serve", help="serve the dashboard and the API")
    serve.add_argument("--port", type=_port, default=PORT, help="%(default)s")
    serve.add_argument(
        "--host", default="localhost", help="where to listen; 0.0.0.0 is every network of this machine (%(default)s)"
    )
    serve.set_defaults(run=_serve)
    return parser


def _box(given: str) -> tuple[int, int, int, int]:
    try:
        row, column, height, width = (int(part) for part in given.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"four whole numbers are wanted, as in 40,60,200,150, not {given!r}"
        ) from error
    if min(row, column) < 0 or min(height, width) < 1:
        raise argparse.ArgumentTypeError(f"a box begins at 0 or later and has a size of 1 or more, unlike {given!r}")
    return row, column, height, width


def _rotation(given: str) -> float:
    try:
        degrees = float(given)
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= MOST_DEGREES:  # nan compares as false
        raise argparse.ArgumentTypeError(f"degrees from -{MOST_DEGREES} to {MOST_DEGREES} are wanted, not {given!r}")
    return degrees


def _port(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 65535):
        raise argparse.ArgumentTypeError(f"a whole number from 1 to 65535 is wanted, not {given!r}")
    return int(given)


# --- predict and read ----------------------------------------------------------------------------------------------


def _predict(options: argparse.Namespace) -> int:
    config = _config(options)
    how = {"tta": options.tta, "box": options.box, "rotation": options.rotation}
    if options.engine == "ray":
        return _predict_with_ray(options, config, how)
    classifier = Classifier(options.model)

    def read(paths: Iterable[Path], stopped: Callable[[], bool]) -> Iterator[Reading | PhotoError]:
        return read_digits(paths, classifier, config, **how, stopped=stopped)

    return _answer_each(options, read, digit_record, digit_error, digit_line)


def _predict_with_ray(options: argparse.Namespace, config: Config, how: dict) -> int:
    if options.out is None or options.resume:
        raise AnswersError("Ray writes many files at once: name a new folder for them with --out, without --resume.")
    predict_with_ray(options.paths, options.out, options.kind or PARQUET, How(options.model, config, **how))
    return 0


def _read(options: argparse.Namespace) -> int:
    classifier = Classifier(options.model)

    def work(path: Path) -> NumberReading | PhotoError:
        try:
            return read_number(path, classifier)
        except PhotoError as error:
            return error

    def read(paths: Iterable[Path], stopped: Callable[[], bool]) -> Iterator[NumberReading | PhotoError]:
        return in_order(work, paths, stopped)

    return _answer_each(options, read, number_record, number_error, number_line)


def _answer_each(
    options: argparse.Namespace,
    read: Callable[[Iterable[Path], Callable[[], bool]], Iterator],
    as_record: Callable[[str, object], object],
    as_error: Callable[[str, PhotoError], object],
    as_line: Callable[[dict], str],
) -> int:
    """Write one answer for each file, in their order; return the exit status.

    ``read`` takes paths, and a function that tells whether to stop, and yields a reading or an error for each.
    """
    failed = answered = False
    asked: deque[GivenFile] = deque()  # those that are being read

    def to_read(files: Iterable[GivenFile]) -> Iterator[Path]:
        for file in files:
            if as_written(str(file.path)) not in known:
                asked.append(file)
                yield file.path

    example = as_json(as_error("", PhotoError("", "")))
    with _answer_file(options, as_line, example) as (out, known), _Stop() as stop, _progress(options, known) as advance:
        for result in read(to_read(given_files(options.paths)), lambda: stop.signal is not None):
            file = asked.popleft()
            advance()
            error = file.error or (result if isinstance(result, PhotoError) else None)
            if error and file.is_passed_over(error):
                continue
            failed |= error is not None
            answered = True
            out.write(as_json(as_error(str(file.path), error) if error else as_record(str(file.path), result)))
    if stop.signal:
        go_on = " --resume goes on from here." if options.out else ""
        print(f"digitlens: stopped; what was answered until here stands.{go_on}", file=sys.stderr)
        return 128 + stop.signal
    if not answered and not known:
        print(f"digitlens: no image in {', '.join(options.paths)}.", file=sys.stderr)
    return int(failed)


@contextmanager
def _answer_file(
    options: argparse.Namespace, as_line: Callable[[dict], str], example: dict
) -> Iterator[tuple[AnswerFile, set[str]]]:
    """Give where answers go, and the photos that are answered there already."""
    if options.out is None:
        if options.resume:
            raise AnswersError("--resume goes on with a file: name it with --out FILE.")
        if sys.stdout is None:
            raise AnswersError("The output is closed: open it, or name a file with --out FILE.")
        yield AnswerFile(sys.stdout, options.kind or PEOPLE, as_line), set()
        return
    path = Path(options.out)
    kind = options.kind or ENDINGS.get(path.suffix.lower())
    if kind is None:
        raise AnswersError(f"{path} may hold JSON or CSV: say --json or --csv, or name it with such an ending.")
    file, known = opened_for_answers(path, kind, options.resume, example)
    with file:
        yield AnswerFile(file, kind, as_line, has_rows=file.tell() > 0), known


@contextmanager
def _progress(options: argparse.Namespace, known: set[str]) -> Iterator[Callable[[], object]]:
    """Give what is called after each file: it moves a bar on the terminal, where the answers are not shown there."""
    if sys.stderr is None or not sys.stderr.isatty() or (options.out is None and sys.stdout.isatty()):
        yield lambda: None
        return
    from tqdm import tqdm  # imported here: most runs show no bar

    total = sum(as_written(str(file.path)) not in known for file in given_files(options.paths))
    with tqdm(total=total, unit=" files", file=sys.stderr) as bar:
        yield bar.update


class _Stop:
    """Ctrl-C and SIGTERM, kept until a row is whole: ``signal`` is which one came, None before. A second one ends."""

    def __init__(self):
        self.signal: int | None = None
        self._before = {}

    def __enter__(self) -> "_Stop":
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._came) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _came(self, number: int, frame) -> None:
        self.signal = number
        self.__exit__()


# --- serve ---------------------------------------------------------------------------------------------------------


def _serve(options: argparse.Namespace) -> int:
    server, settings = APPLICATION / "server.py", APPLICATION.parent / ".streamlit"
    if not server.exists() or not settings.exists():
        print(
            "digitlens: the pages are not part of an installed package: get the repository, and there run make app.",
            file=sys.stderr,
        )
        return 2
    problem = _cannot_listen(options.host, options.port)
    if problem:
        print(f"digitlens: {options.host}:{options.port} cannot be served: {problem}.", file=sys.stderr)
        return 2
    # Streamlit reads its settings (theme, limits, privacy) in the folder from which it is started.
    os.chdir(APPLICATION.parent)
    where = ["--server.port", str(options.port), "--server.address", options.host]
    sys.argv = ["streamlit", "run", str(server), *where]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0


def _cannot_listen(host: str, port: int) -> str | None:
    """Return why nobody can listen there, None where it is free; Streamlit would say it with a traceback."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as tried:
                if os.name == "posix":  # elsewhere this option lets two listen on one port
                    tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                tried.bind(address)
                tried.listen()
    except OSError as error:
        # localhost may have an IPv6 address on a machine without IPv6.
        return (
            None if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and host == "localhost" else error.strerror
        )
    return None


# --- benchmark -----------------------------------------------------------------------------------------------------


def _config(options: argparse.Namespace) -> Config:
    if options.rembg == "always" and not cutout.is_available():
        print("digitlens: rembg or its weights are not on this machine; reading goes on without it.", file=sys.stderr)
    return Config(rembg=options.rembg)


def _benchmark(options: argparse.Namespace) -> int:
    classifier = Classifier(options.model)
    config = _config(options)
    entries, number_entries = read_manifest(options.folder, options.part)
    if options.json:
        options.json.touch()  # a path that cannot be written is said before the work

    def read(path: Path):
        return read_digit(path, classifier, config, tta=options.tta)

    results = list(answers(options.folder, entries, read))
    categories = summary(results)
    if categories:
        print(f"{'category':16} {'right':>9} {'accuracy':>9}  95 % interval by writer (writers)")
    for name, row in categories.items():
        low, high = row["interval"]
        interval = f"{100 * low:.1f} to {100 * high:.1f} %"
        if low == high:
            interval = "no error" if row["accuracy"] == 1 else "unknown"
        count = f"{row['right']}/{row['total']}"
        print(f"{name:16} {count:>9} {100 * row['accuracy']:>7.1f} %  {interval} ({row['writers']})")
    for result in results:
        if not result.right:
            print(f"wrong: {result.entry.file} is {result.entry.label}, answered {_answered(result)}")
    numbers = list(number_answers(options.folder, number_entries, lambda path: read_number(path, classifier)))
    _print_numbers(numbers)
    if options.json:
        conditions = {
            "made_by": "digitlens benchmark",
            "date": date.today().isoformat(),
            "network": options.model,
            "rembg": options.rembg,
            "rembg_weights": cutout.is_available(),
            "tta": options.tta,
            "part": options.part or "all",
        }
        rows = [
            {
                "file": result.entry.file,
                "label": result.entry.label,
                "part": result.entry.part,
                "writer": result.entry.writer,
                "source": result.entry.source,
                "status": result.status,
                "digit": result.digit,
                "confidence": round(result.confidence, 4),
            }
            for result in results
        ]
        parts = {part: [result for result in results if result.entry.part == part] for part in PARTS}
        by_part = {part: summary(group) for part, group in parts.items() if group}
        figures = {**conditions, "categories": categories, "parts": by_part, "answers": rows}
        if numbers:
            figures["numbers"] = _number_figures(numbers)
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return int(any(result.status.startswith("error") for result in results) or any(r.error for r in numbers))


def _print_numbers(results: list[NumberAnswer]) -> None:
    for name, row in _number_parts(results).items():
        low, high = row["interval"]
        print(
            f"numbers, {name}: {row['digits'] - row['edits']}/{row['digits']} digits right by edit distance,"
            f" {row['accuracy']:.1%} ({low:.1%} to {high:.1%}, {row['writers']} writers);"
            f" {row['whole_right']}/{row['photos']} whole strings right"
        )
    for result in results:
        if result.edits:
            print(f"wrong: {result.entry.file} is {result.entry.label}, answered {result.error or repr(result.text)}")


def _number_parts(results: list[NumberAnswer]) -> dict[str, dict]:
    groups = {"all": results, **{part: [r for r in results if r.entry.part == part] for part in PARTS}}
    return {name: number_summary(group) for name, group in groups.items() if group}


def _number_figures(results: list[NumberAnswer]) -> dict:
    rows = [
        {
            "file": result.entry.file,
            "label": result.entry.label,
            "part": result.entry.part,
            "writer": result.entry.writer,
            "source": result.entry.source,
            "text": result.text,
            "edits": result.edits,
            "error": result.error,
        }
        for result in results
    ]
    return {"parts": _number_parts(results), "answers": rows}


def _answered(result: Answer) -> str:
    if result.digit is None:
        return result.status
    return f"{result.digit} ({100 * result.confidence:.0f} %, {result.status})"


if __name__ == "__main__":
    sys.exit(main())
