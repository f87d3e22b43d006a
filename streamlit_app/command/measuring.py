"""``digitlens benchmark``: how well a folder of photos is read whose digits are known."""

import argparse
import json
from datetime import date
from pathlib import Path

from command.answering import config_of
from inference import cutout
from inference.classifier import Classifier
from inference.numbers.number import read_number
from inference.photo_benchmark import (
    PARTS,
    Answer,
    Entry,
    NumberAnswer,
    NumberEntry,
    answers,
    number_answers,
    number_summary,
    read_manifest,
    summary,
)
from inference.reading import read_digit


def benchmark(options: argparse.Namespace) -> int:
    """Print the accuracy by category and what is read wrong, write it where asked to; return the exit status."""
    classifier = Classifier(options.model)
    config = config_of(options)
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
                **_about(result.entry),
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
            **_about(result.entry),
            "text": result.text,
            "edits": result.edits,
            "error": result.error,
        }
        for result in results
    ]
    return {"parts": _number_parts(results), "answers": rows}


def _about(entry: Entry | NumberEntry) -> dict[str, str | int]:
    """Return which photo it is, without the photo."""
    return {name: getattr(entry, name) for name in ("file", "label", "part", "writer", "source")}


def _answered(result: Answer) -> str:
    if result.digit is None:
        return result.status
    return f"{result.digit} ({100 * result.confidence:.0f} %, {result.status})"
