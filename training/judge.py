"""Train the judge, which tells what is a digit from what is none: one function after the other, called by verdicts.py.

Ten answers that do not sum to 1, each with a sigmoid: whether this is a 0, a 1 ...; for what is none, all are no.
Digits: MNIST's training images, as they are, as a pen writes them and in photos, and digits of fonts. What is none:
training/non_digits.py, drawn and in photos. Settings with their reasons: training/settings/likeness.json.
"""

import json
import math
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import keras
import numpy as np
from keras import layers

from inference.augmentation import augment
from inference.likeness import judge_path
from training.export import write_onnx
from training.networks import convolution, for_use, image_input
from training.sources import Split
from training.train import LearningRate, read_settings

NAME = "likeness"
DIGITS = 10
# The label of what is no digit.
NONE = -1


@dataclass(frozen=True)
class Lessons:
    """What the judge learns from: ``fresh``: digits of which every epoch sees others; ``digits`` and ``photos`` of
    digits; ``rest``: drawn, and ``rest_photos``, what is none: (N, 28, 28) uint8.
    """

    fresh: Split
    digits: Split
    photos: Split
    rest: np.ndarray
    rest_photos: np.ndarray

    def epoch(self, settings: dict, rng: np.random.Generator) -> Split:
        """Return what one epoch shows, in random order, each image augmented or as it is; what is none is labelled
        NONE.
        """
        times = settings["photo_counts"]
        fresh = rng.permutation(len(self.fresh.labels))[: settings["digits_an_epoch"]]
        some = rng.permutation(len(self.rest))[: round(settings["share_of_rest"] * len(self.rest))]
        rest = [self.rest[some], *[self.rest_photos] * times]
        images = np.concatenate([self.fresh.images[fresh], self.digits.images, *[self.photos.images] * times, *rest])
        digits = np.concatenate([self.fresh.labels[fresh], self.digits.labels, *[self.photos.labels] * times])
        labels = np.concatenate([digits, np.full(len(images) - len(digits), NONE)])
        changed = augment(images, labels, settings["augmentation"], rng).astype(np.uint8)
        is_plain = rng.random(len(images)) < settings["plain"]
        changed[is_plain] = images[is_plain]
        order = rng.permutation(len(images))
        return Split(changed[order], labels[order])


def judge(settings: dict) -> keras.Model:
    """Return the network: blocks of two convolutions, the mean and the greatest value of each map, two dense layers."""
    image, x = image_input()
    for number, filters in enumerate(settings["blocks"], start=1):
        for place, count in zip("ab", filters, strict=True):
            x = convolution(x, count, suffix=f"{number}{place}", relu=f"relu{number}{place}")
        if number <= settings["pooled_blocks"]:
            x = layers.MaxPooling2D(name=f"pool{number}")(x)
    seen = [layers.GlobalAveragePooling2D(name="mean")(x), layers.GlobalMaxPooling2D(name="greatest")(x)]
    x = layers.Concatenate(name="seen")(seen)
    x = layers.Dropout(settings["dropout"], name="dropout")(x)
    x = layers.Dense(settings["dense"], activation="relu", name="dense")(x)
    return keras.Model(image, layers.Dense(DIGITS, name="scores")(x), name=NAME)


def train(lessons: Lessons, settings: dict | None = None) -> keras.Model:
    """Return the trained judge."""
    settings = settings or read_settings(NAME)
    keras.utils.set_random_seed(settings["seed"])
    keras.config.set_dtype_policy("float32")
    model = judge(settings)
    model.compile(
        optimizer=keras.optimizers.Adam(settings["learning_rate"]),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        jit_compile=False,
    )
    for epoch in range(settings["epochs"]):
        started = time.perf_counter()
        shown = lessons.epoch(settings, np.random.default_rng([settings["seed"], epoch]))
        steps = math.ceil(len(shown.labels) / settings["batch_size"])
        fit = model.fit(
            shown.images[..., None],
            targets(shown.labels, settings["smoothing"]),
            batch_size=settings["batch_size"],
            callbacks=[LearningRate(epoch * steps, steps, settings)],
            shuffle=False,
            verbose=0,
        )
        took = time.perf_counter() - started
        print(f"epoch {epoch + 1}: loss {fit.history['loss'][0]:.4f}, {took:.0f} s", flush=True)
    return for_use(model)


def targets(labels: np.ndarray, smoothing: float) -> np.ndarray:
    """Return what the judge should answer, (N, 10) float32: nearly 1 for the digit that an image is, nearly 0 else."""
    wanted = np.eye(DIGITS, dtype=np.float32)[labels] * (labels != NONE)[:, None]
    return wanted * (1 - smoothing) + smoothing / DIGITS


def write(model: keras.Model, models: Path, made: dict) -> None:
    """Write the judge and its card, without a threshold yet: it refuses nothing."""
    path = judge_path(models)
    path.parent.mkdir(exist_ok=True)
    model.save(path.with_suffix(".keras"))
    write_onnx(model, ["scores"], path)
    card = {
        "name": NAME,
        "input": {"shape": [28, 28, 1], "dtype": "float32", "range": [0, 255], "polarity": "white digit on black"},
        "parameters": model.count_params(),
        "not_a_digit_below": 0.0,
        "made": {"date": date.today().isoformat(), **made, "settings": read_settings(NAME)},
    }
    write_card(card, models)


def write_card(card: dict, models: Path) -> None:
    """Write the judge's card."""
    path = judge_path(models).with_suffix(".json")
    path.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
