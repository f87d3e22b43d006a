"""What each step is worth: ``python -m training.ablation``. Writes models/ablation.json; PREPROCESSING.md shows it.

Everything is read once with all steps, and once without each: the step is then replaced by the plainest thing that lets
the photo go on. The scenes are made from validation digits (training/scenes.py); with ``--photos`` a folder with a
manifest is read as well, its parts apart. Times belong to the machine: compare them with each other only.
"""

import argparse
import json
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from unittest import mock

import cv2
import numpy as np

from inference import Classifier, Config, NetworkUnavailable, PhotoError, cutout, ink, open_photo, read_digit, steps
from inference.classifier import models_folder
from inference.mnist import MnistUnavailable
from inference.photo_benchmark import PARTS, ManifestError, read_manifest
from inference.steps import Sample
from training.evaluation.measures import wilson_interval
from training.scene_benchmark import SEED, VALIDATION, digits_of, plan
from training.scenes import scene

SCENES = 300
NUMBERS = {step.apply: number for number, step in enumerate(steps.STEPS, start=1)}


@dataclass(frozen=True)
class Variant:
    """One way through the steps: ``plain`` takes the place of the step ``without``; ``how``: what that does."""

    how: str
    rembg: str = "never"
    without: Callable[[Sample], Sample] | None = None
    plain: Callable[[Sample], Sample] | None = None

    @property
    def number(self) -> int | None:
        """The number of the step that is left out."""
        return NUMBERS.get(self.without)


def _as_it_is(sample: Sample) -> Sample:
    """Leave the picture as it is."""
    return sample


def _transparent_as_it_is(sample: Sample) -> Sample:
    """Ignore what is transparent."""
    return steps.compose_on_ground(replace(sample, image=np.ascontiguousarray(sample.image[..., :3])))


def _usual_grey(sample: Sample) -> Sample:
    """Weigh the three colours as usual."""
    return replace(sample, image=cv2.cvtColor(sample.small, cv2.COLOR_RGB2GRAY))


def _one_ground(sample: Sample) -> Sample:
    """Take one brightness for the whole sheet."""
    grey = sample.image if sample.light_ground else 255 - sample.image
    return replace(sample, grey=grey, strength=1 - grey.astype(np.float32) / max(1.0, float(np.median(grey))))


def _all_ink(sample: Sample) -> Sample:
    """Cut out everything darker than Otsu's threshold."""
    found = steps.find_ink(sample)
    mask = (sample.strength > ink.ink_threshold(sample.strength).ink).astype(np.uint8)
    column, row, width, height = cv2.boundingRect(mask)
    if found is None or not width:
        return replace(sample, is_blank=True)
    mask = mask[row : row + height, column : column + width]
    picture = np.clip(sample.strength[row : row + height, column : column + width], 0, 1) * mask
    found = replace(found, mask=mask > 0, row=row, column=column)
    return replace(sample, image=np.round(255 * picture).astype(np.uint8), found=found)


def _stretched(sample: Sample) -> Sample:
    """Stretch the digit to the box."""
    side = steps.BOX_SIDE
    return replace(sample, image=cv2.resize(sample.image, (side, side), interpolation=cv2.INTER_AREA))


def _centred_box(sample: Sample) -> Sample:
    """Place the middle of the box in the middle."""
    rows, columns = sample.image.shape
    row, column = (steps.DIGIT_SIDE - rows) // 2, (steps.DIGIT_SIDE - columns) // 2
    placed = np.zeros((steps.DIGIT_SIDE, steps.DIGIT_SIDE), np.uint8)
    placed[row : row + rows, column : column + columns] = sample.image
    return replace(sample, image=placed)


VARIANTS = (
    Variant("all steps, rembg where the ink finder is unsure", rembg="auto"),
    Variant("all steps, rembg always", rembg="always"),
    Variant("no rembg", without=steps.remove_background, plain=_as_it_is),
    Variant("no rembg; transparency ignored", without=steps.compose_on_ground, plain=_transparent_as_it_is),
    Variant("no rembg; the usual weights of the three colours", without=steps.to_greyscale, plain=_usual_grey),
    Variant("no rembg; no blur", without=steps.denoise, plain=_as_it_is),
    Variant("no rembg; one brightness for the whole sheet", without=steps.detect_ground, plain=_one_ground),
    Variant("no rembg; all ink is cut out, nothing widened", without=steps.extract_digit, plain=_all_ink),
    Variant("no rembg; contrast as it is", without=steps.enhance_contrast, plain=_as_it_is),
    Variant("no rembg; stretched to 20×20", without=steps.resize_into_box, plain=_stretched),
    Variant("no rembg; the middle of the box in the middle", without=steps.centre_by_mass, plain=_centred_box),
    Variant("no rembg; gaps stay", without=steps.close_gaps, plain=_as_it_is),
)


@contextmanager
def taken(variant: Variant) -> Iterator[Config]:
    """Within, the steps are the variant's; gives the configuration to read with."""
    table = tuple(replace(step, apply=variant.plain) if step.apply is variant.without else step for step in steps.STEPS)
    with mock.patch.object(steps, "STEPS", table):
        yield Config(rembg=variant.rembg)


def measured(photos: list[tuple[np.ndarray, int]], classifier: Classifier, config: Config) -> tuple[dict, list[float]]:
    """Return right, total, accuracy and its 95 % interval (Wilson) of photos with their labels, and each one's time."""
    readings = [read_digit(photo, classifier, config) for photo, _ in photos]
    pairs = zip(readings, photos, strict=True)
    right = sum(reading.prediction is not None and reading.prediction.digit == label for reading, (_, label) in pairs)
    interval = wilson_interval(right, len(photos))
    figures = {"right": right, "total": len(photos), "accuracy": right / len(photos), "interval": list(interval)}
    return figures, [reading.elapsed_ms for reading in readings]


def material(classifier: Classifier, count: int, folder: Path | None) -> dict[str, list[tuple[np.ndarray, int]]]:
    """Return opened photos with their labels by where they come from: scenes, and each part of the folder."""
    split, _ = digits_of(VALIDATION, classifier)
    sources = {"scenes": []}
    for one in plan(split, count, SEED):
        made = scene(split.images[one.index], one.label, one.condition, one.seed)
        sources["scenes"].append((open_photo(made.photo), one.label))
    if folder:
        for part in PARTS:
            sources[part] = [(open_photo(folder / one.file), one.label) for one in read_manifest(folder, part)[0]]
    return sources


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure what each of the eleven steps is worth.")
    parser.add_argument("--count", type=int, default=SCENES, metavar="N", help="how many scenes (%(default)s)")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="real photos with a manifest.csv")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where it goes (default: models/ablation.json)")
    options = parser.parse_args(arguments)
    try:
        classifier = Classifier()
        sources = material(classifier, options.count, options.photos)
    except (NetworkUnavailable, MnistUnavailable, ManifestError, PhotoError, ValueError) as error:
        raise SystemExit(str(error)) from error
    if not cutout.is_available():
        print("The weights of rembg's u2netp are not here: the rows with rembg read without it (set U2NET_HOME).")
    rows = []
    for variant in VARIANTS:
        row, times = {"how": variant.how, "number": variant.number, "rembg": variant.rembg}, []
        with taken(variant) as config:
            for source, photos in sources.items():
                row[source], each = measured(photos, classifier, config)
                times += each
        row["milliseconds"] = statistics.median(times)
        rows.append(row)
        shares = "  ".join(f"{source} {row[source]['accuracy']:6.1%}" for source in sources)
        print(f"{variant.number or '':>3} {variant.how:52} {shares}  {row['milliseconds']:7.1f} ms", flush=True)
    result = {
        "made_by": "python -m training.ablation",
        "date": date.today().isoformat(),
        "network": classifier.name,
        "rembg_weights": cutout.is_available(),
        "rows": rows,
    }
    path = options.json or models_folder() / "ablation.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"written to {path}")


if __name__ == "__main__":
    main()
