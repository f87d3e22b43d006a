"""Measure the reading of whole numbers on synthetic photos: ``python -m training.number_benchmark``.

Rows of MNIST's validation digits, written and photographed under the conditions of training/number_scenes.py; the same
photos on every run. Digits that cannot be written with a thin pen are left out (training/scene_pens.py). With --empty,
also what is read on pages without a number (training/printed_pages.py), in fonts that nothing was chosen on.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from inference import Classifier, NetworkUnavailable, read_number
from inference.classifier import DEFAULT_NETWORK
from inference.mnist import MnistUnavailable
from inference.photo_benchmark import edit_distance
from training.data import Split, training_and_validation
from training.non_digits import REPORT, FontsMissing
from training.number_scenes import CONDITIONS, Draw, NumberScene, page
from training.printed_pages import PAGES, empty_page
from training.scenes import is_writable

SEED = 2026


@dataclass(frozen=True)
class Answer:
    """What was read from one photo, and what is written there: with a space between numbers, and rows."""

    condition: str
    seed: int
    text: str
    read: str

    @property
    def edits(self) -> int:
        """How many digits are wrong, missing or too many; spaces and rows do not count."""
        return edit_distance("".join(self.read.split()), "".join(self.text.split()))


def drawing_from(split: Split, seed: int) -> Draw:
    """Return what gives one writable digit of a split after the other, in a random order that the seed chooses."""
    rng = np.random.default_rng(seed)

    def draw() -> tuple[np.ndarray, int]:
        while True:
            place = int(rng.integers(len(split.labels)))
            if is_writable(split.images[place]):
                return split.images[place], int(split.labels[place])

    return draw


def scenes(split: Split, conditions: list[str], count: int, seed: int = SEED) -> Iterator[NumberScene]:
    """Yield ``count`` photos of every condition; more photos begin with the same ones."""
    for condition in conditions:
        for number in range(count):
            own = 1000 * (100 * seed + list(CONDITIONS).index(condition)) + number
            yield page(drawing_from(split, own), condition, own)


def figures(answers: list[Answer]) -> dict[str, dict]:
    """Return for ``all`` and for each condition how many digits, strings and texts (rows and spaces too) are right."""
    groups = {"all": answers}
    for answer in answers:
        groups.setdefault(answer.condition, []).append(answer)
    return {name: _counted(group) for name, group in groups.items()}


def _counted(answers: list[Answer]) -> dict:
    digits = sum(len("".join(answer.text.split())) for answer in answers)
    edits = sum(answer.edits for answer in answers)
    return {
        "digits": digits,
        "edits": edits,
        "accuracy": 1 - edits / digits,
        "strings_right": sum(answer.edits == 0 for answer in answers),
        "texts_right": sum(answer.read == answer.text for answer in answers),
        "photos": len(answers),
    }


def false_digits(classifier: Classifier, count: int, seed: int = SEED) -> dict[str, dict]:
    """Return for each kind of page without a number on how many photos digits were read, and how many."""
    read = {
        kind: [len(read_number(empty_page(kind, 1000 * seed + n, REPORT), classifier).digits) for n in range(count)]
        for kind in PAGES
    }
    return {
        kind: {"photos": count, "with_digits": sum(n > 0 for n in counts), "digits": sum(counts)}
        for kind, counts in read.items()
    }


def _answers(photos: Iterable[NumberScene], classifier: Classifier, wrong: Path | None) -> list[Answer]:
    """Return what is read from each photo; those that are not read right are written to a folder."""
    answers = []
    for made in photos:
        answers.append(Answer(made.condition, made.seed, made.text, read_number(made.photo, classifier).text))
        if wrong and answers[-1].edits:
            wrong.mkdir(parents=True, exist_ok=True)
            name = wrong / f"{made.condition}_{made.seed}.png"
            cv2.imwrite(str(name), cv2.cvtColor(made.photo, cv2.COLOR_RGB2BGR))
    return answers


def main(arguments: list[str] | None = None) -> None:
    """Print the figures by condition, and write what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20, help="photos of each condition (%(default)s)")
    parser.add_argument("--empty", type=int, default=0, help="pages of each kind without a number (%(default)s)")
    parser.add_argument("--condition", action="append", choices=CONDITIONS, help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=SEED, help="other photos (%(default)s)")
    parser.add_argument("--model", default=DEFAULT_NETWORK, metavar="NAME", help="the network (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures and every answer to FILE")
    parser.add_argument("--wrong", type=Path, metavar="FOLDER", help="write the photos that were not read right there")
    options = parser.parse_args(arguments)
    try:
        classifier = Classifier(options.model)
        validation = training_and_validation(classifier.card["made"]["settings"])[1]
        photos = scenes(validation, options.condition or list(CONDITIONS), options.count, options.seed)
        answers = _answers(photos, classifier, options.wrong)
        empty = false_digits(classifier, options.empty, options.seed)
    except (NetworkUnavailable, MnistUnavailable, FontsMissing) as error:
        raise SystemExit(f"number_benchmark: {error}") from error
    result = figures(answers)
    print(f"{'condition':14} {'digits right':>21} {'strings':>9} {'with rows and spaces':>21}")
    for name, row in result.items():
        digits = f"{row['digits'] - row['edits']}/{row['digits']} {row['accuracy']:.1%}"
        strings, texts = (f"{row[kind]}/{row['photos']}" for kind in ("strings_right", "texts_right"))
        print(f"{name:14} {digits:>21} {strings:>9} {texts:>21}")
    for kind, row in empty.items() if options.empty else ():
        print(f"without a number, {kind:14} {row['with_digits']}/{row['photos']} photos, {row['digits']} digits")
    for answer in answers:
        if answer.read != answer.text:
            kind = "wrong" if answer.edits else "rows or spaces"
            print(f"{kind}: {answer.condition} {answer.seed}: {answer.text!r}, read {answer.read!r}")
    if options.json:
        rows = [{"condition": a.condition, "seed": a.seed, "text": a.text, "read": a.read} for a in answers]
        about = {"made_by": "training/number_benchmark.py", "network": options.model, "seed": options.seed}
        about |= {"conditions": result, "without_a_number": empty}
        options.json.write_text(json.dumps({**about, "answers": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
