"""The command ``digitlens``: read photos, and measure how well that goes, from a terminal."""

import argparse
import json
import mimetypes
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from inference import cutout
from inference.classifier import DEFAULT_NETWORK, Classifier, NetworkUnavailable
from inference.number import read_number
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
from inference.reading import read_digit
from inference.schema import as_json, digit_error, digit_record, number_error, number_record
from inference.steps import REMBG_MODES, Config
from inference.verdict import BLANK, DIGIT


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status: 0 all read, 1 some file could not be read, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    # A file's name may hold what the terminal cannot show.
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return options.run(options)
    except (NetworkUnavailable, ManifestError) as error:
        print(f"digitlens: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader of our output has gone (| head): nothing is left to say.
        sys.stderr.close()
        return 1
    except OSError as error:
        print(f"digitlens: the answers cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("digitlens: stopped; what was answered until here stands.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="digitlens", description="Read handwritten digits in photos.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    predict = commands.add_parser("predict", help="read the digit in each photo")
    predict.add_argument("paths", nargs="+", metavar="PATH", help="a photo, or a folder of photos")
    predict.add_argument("--json", action="store_true", help="one JSON object a line, nothing else")
    predict.add_argument(
        "--box", type=_box, metavar="R,C,H,W", help="where the digit is: row, column, height and width in pixels"
    )
    predict.add_argument(
        "--rotation", type=float, default=0.0, metavar="DEGREES", help="how far to turn the photo, counter-clockwise"
    )
    predict.set_defaults(run=_predict)

    read = commands.add_parser("read", help="read every digit in each photo: numbers, rows of them, equations")
    read.add_argument("paths", nargs="+", metavar="PATH", help="a photo, or a folder of photos")
    read.add_argument("--json", action="store_true", help="one JSON object a line, nothing else")
    read.set_defaults(run=_read)

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
    return parser


def _box(given: str) -> tuple[int, int, int, int]:
    try:
        row, column, height, width = (int(part) for part in given.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"four whole numbers are wanted, as in 40,60,200,150, not {given!r}"
        ) from error
    return row, column, height, width


def _predict(options: argparse.Namespace) -> int:
    classifier = Classifier(options.model)
    config = _config(options)

    def read(path: Path):
        reading = read_digit(path, classifier, config, tta=options.tta, box=options.box, rotation=options.rotation)
        return digit_record(str(path), reading)

    return _answer_each(options, read, digit_error, _line)


def _read(options: argparse.Namespace) -> int:
    classifier = Classifier(options.model)

    def read(path: Path):
        return number_record(str(path), read_number(path, classifier))

    return _answer_each(options, read, number_error, _number_line)


def _answer_each(
    options: argparse.Namespace,
    read: Callable[[Path], object],
    as_error: Callable[[str, PhotoError], object],
    as_line: Callable[[dict], str],
) -> int:
    """Print one answer for each file; return 1 if one could not be read."""
    failed = answered = False
    for path, is_listed in _files(options.paths):
        try:
            record = read(path)
        except PhotoError as error:
            if is_listed and error.code in ("not_an_image", "empty") and not _is_named_as_image(path):
                continue
            failed = True
            record = as_error(str(path), error)
        fields = as_json(record)
        print(json.dumps(fields) if options.json else as_line(fields), flush=True)
        answered = True
    if not answered:
        print(f"digitlens: no image in {', '.join(options.paths)}.", file=sys.stderr)
    return int(failed)


def _is_named_as_image(path: Path) -> bool:
    """Tell by a file's name whether somebody takes it for an image: then it is not passed over without a word."""
    return (mimetypes.guess_type(path.name)[0] or "").startswith("image/")


def _files(paths: list[str]) -> Iterator[tuple[Path, bool]]:
    """Yield every file, and whether it was only listed by a folder: what is no image there is passed over."""
    for name in paths:
        path = Path(name)
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    yield file, True
        else:
            yield path, False


def _line(fields: dict) -> str:
    if fields["error"]:
        return f"{fields['file']}: {fields['error']['message']}"
    advice = f" {fields['quality']['advice']}" if fields["quality"]["advice"] else ""
    if fields["status"] == BLANK:
        return f"{fields['file']}: no digit found.{advice}"
    doubt = "" if fields["status"] == DIGIT else f", {fields['status'].replace('_', ' ')}"
    # Never rounded up to certainty.
    confidence = min(fields["confidence"], 0.999)
    return f"{fields['file']}: {fields['digit']} ({100 * confidence:.1f} %{doubt}){advice}"


def _number_line(fields: dict) -> str:
    if fields["error"]:
        return f"{fields['file']}: {fields['error']['message']}"
    if not fields["digits"]:
        return f"{fields['file']}: no digit found."
    least = min(min(found["confidence"] for found in fields["digits"]), 0.999)
    rows = " | ".join(fields["text"].split("\n"))
    return f"{fields['file']}: {rows} (least sure digit {least:.1%})"


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
