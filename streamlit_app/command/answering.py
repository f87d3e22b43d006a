"""``digitlens predict`` and ``read``: one answer for each file that was named, in their order."""

import argparse
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from command.answers import (
    ENDINGS,
    PEOPLE,
    AnswerFile,
    AnswersError,
    digit_line,
    number_line,
    opened_for_answers,
)
from command.given import GivenFile, given_files
from command.ray_engine import PARQUET, How, predict_with_ray
from command.signals import Stop, raised
from inference import __version__, cutout
from inference.batch import in_order, read_digits
from inference.classifier import Classifier, judge_trouble
from inference.numbers.number import NumberReading, read_number
from inference.photo import PhotoError
from inference.reading import Reading
from inference.schema import as_json, digit_error, digit_record, name_in_a_table, number_error, number_record, printable
from inference.steps import Config


def predict(options: argparse.Namespace) -> int:
    """Answer the digit in each photo; return the exit status."""
    config = config_of(options)
    how = {"tta": options.tta, "box": options.box, "rotation": options.rotation}
    if options.engine == "ray":
        return _predict_with_ray(options, config, how)
    classifier = _classifier(options)

    def readings(paths: Iterable[Path], stopped: Callable[[], bool]) -> Iterator[Reading | PhotoError]:
        return read_digits(paths, classifier, config, **how, stopped=stopped)

    settings = {"rembg": options.rembg, **how}
    return _answer_each(options, settings, readings, digit_record, digit_error, digit_line)


def _classifier(options: argparse.Namespace) -> Classifier:
    """Return the network that was asked for; say on stderr where nothing can be called no digit."""
    classifier = Classifier(options.model)
    if trouble := judge_trouble():
        print(f"digitlens: {trouble}", file=sys.stderr)
    return classifier


def _predict_with_ray(options: argparse.Namespace, config: Config, how: dict) -> int:
    if options.out is None or options.resume:
        raise AnswersError("Ray writes many files at once: name a new folder for them with --out, without --resume.")
    try:
        with raised():  # Ray takes its own processes down
            predict_with_ray(options.paths, options.out, options.kind or PARQUET, How(options.model, config, **how))
    except SystemExit as ended:  # what Ray makes of SIGTERM
        raise KeyboardInterrupt(signal.SIGTERM) from ended
    return 0


def read(options: argparse.Namespace) -> int:
    """Answer every digit in each photo; return the exit status."""
    classifier = _classifier(options)

    def work(path: Path) -> NumberReading | PhotoError:
        try:
            return read_number(path, classifier)
        except PhotoError as error:
            return error

    def readings(paths: Iterable[Path], stopped: Callable[[], bool]) -> Iterator[NumberReading | PhotoError]:
        return in_order(work, paths, stopped)

    return _answer_each(options, {}, readings, number_record, number_error, number_line)


def _answer_each(
    options: argparse.Namespace,
    settings: dict,
    readings: Callable[[Iterable[Path], Callable[[], bool]], Iterator],
    as_record: Callable[[str, object], object],
    as_error: Callable[[str, PhotoError], object],
    as_line: Callable[[dict], str],
) -> int:
    """Write one answer for each file, in their order; return the exit status.

    ``settings``: what the answers hang on beside the network, as JSON values by name. ``readings`` takes paths, and a
    function that tells whether to stop, and yields a reading or an error for each.
    """
    answered = failed = 0
    asked: deque[GivenFile] = deque()  # those that are being read

    def to_read(files: Iterable[GivenFile]) -> Iterator[Path]:
        for file in files:
            if name_in_a_table(str(file.path)) not in known:
                asked.append(file)
                yield file.path

    example = as_json(as_error("", PhotoError("", "")))
    settings = {"version": __version__, "model": options.model, **settings}
    answers = _answer_file(options, as_line, example, settings)
    with answers as (out, known), Stop() as stop, _progress(options, known) as advance:
        for result in readings(to_read(given_files(options.paths)), lambda: stop.signal is not None):
            file = asked.popleft()
            advance()
            error = file.error or (result if isinstance(result, PhotoError) else None)
            if error and file.is_passed_over(error):
                continue
            failed += error is not None
            answered += 1
            out.write(as_json(as_error(str(file.path), error) if error else as_record(str(file.path), result)))
    if stop.signal:
        go_on = " --resume goes on from here." if options.out else ""
        print(f"digitlens: stopped; what was answered until here stands.{go_on}", file=sys.stderr)
        return 128 + stop.signal
    if not answered and not known:
        paths = ", ".join(map(printable, options.paths))
        print(f"digitlens: there is no photo in {paths}: name a photo, or a folder with one.", file=sys.stderr)
        return 1
    if failed and options.out:
        print(f"digitlens: of {answered} photos {failed} could not be read: {options.out} says why.", file=sys.stderr)
    return int(failed > 0)


@contextmanager
def _answer_file(
    options: argparse.Namespace, as_line: Callable[[dict], str], example: dict, settings: dict
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
    kind_by_name = ENDINGS.get(path.suffix.lower())
    kind = options.kind or kind_by_name
    if kind_by_name not in (None, kind):
        raise AnswersError(f"{path} is named as {kind_by_name.upper()}, but --{kind} is asked for: choose one of them.")
    if kind is None:
        raise AnswersError(f"{path} may hold JSON or CSV: say --json or --csv, or name it with such an ending.")
    file, known = opened_for_answers(path, kind, options.resume, example, settings)
    with file:
        yield AnswerFile(file, kind, as_line, has_rows=file.tell() > 0), known


@contextmanager
def _progress(options: argparse.Namespace, known: set[str]) -> Iterator[Callable[[], object]]:
    """Give what is called after each file: it moves a bar on the terminal, where the answers are not shown there."""
    if sys.stderr is None or not sys.stderr.isatty() or (options.out is None and sys.stdout.isatty()):
        yield lambda: None
        return
    from tqdm import tqdm  # imported here: most runs show no bar

    total = sum(name_in_a_table(str(file.path)) not in known for file in given_files(options.paths))
    with tqdm(total=total, unit=" files", file=sys.stderr) as bar:
        yield bar.update


def config_of(options: argparse.Namespace) -> Config:
    """Return how photos are prepared; say on stderr where that cannot be done as it was asked for."""
    if options.rembg == "always" and (trouble := cutout.trouble()):
        print(f"digitlens: {trouble}", file=sys.stderr)
    return Config(rembg=options.rembg)
