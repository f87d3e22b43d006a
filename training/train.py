"""Train one network: ``python -m training.train mnist_cnn``. Ctrl-C and start again to resume.

With ``--data FOLDER`` or ``--data FILE.npz`` it learns from your own images instead of MNIST's: what these must look
like is said in training/sources.py. The network is then called NAME_FOLDER, and no other is overwritten.

Read it from top to bottom. The settings, each with its reason, are in training/settings/NAME.json.
Every finished epoch is kept in checkpoints/NAME/; the finished network goes to models/ as
NAME.keras, NAME.onnx, NAME.json (the card: how it was made, what it scored) and NAME_history.csv.
The test images are not looked at here: that is training/evaluate.py.
"""

import argparse
import csv
import hashlib
import itertools
import json
import math
import os
import platform
import re
import sys
import time
import zlib
from datetime import date
from importlib.metadata import version
from pathlib import Path

import keras
import numpy as np

from inference.classifier import NetworkUnavailable
from inference.mnist import MnistUnavailable
from training.data import AugmentedBatches, training_and_validation
from training.distillation import Lessons
from training.evaluation.probabilities import keras_model
from training.export import MODELS, export_network, write_card
from training.networks import NETWORKS, for_use
from training.sources import Data, DataError, load_data

SETTINGS = Path(__file__).parent / "settings"
CHECKPOINTS = Path("checkpoints")
# Where a network goes that is not for models/ itself.
KEPT_IN = {"first_stage": "first_stage/{seed}"}
HISTORY_COLUMNS = ("epoch", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy", "seconds")


def learning_rate(step: int, steps_per_epoch: int, settings: dict) -> float:
    """Return the rate of a step: a linear warm-up over the first epoch, then a cosine down to zero."""
    total = settings["epochs"] * steps_per_epoch
    warm_up = min(1.0, (step + 1) / steps_per_epoch)
    return settings["learning_rate"] * warm_up * 0.5 * (1 + math.cos(math.pi * step / total))


class LearningRate(keras.callbacks.Callback):
    """Sets the optimizer's learning rate before every step."""

    def __init__(self, first_step: int, steps_per_epoch: int, settings: dict):
        super().__init__()
        self._first_step = first_step
        self._steps_per_epoch = steps_per_epoch
        self._settings = settings

    def on_train_batch_begin(self, batch, logs=None):
        step = self._first_step + batch
        self.model.optimizer.learning_rate = learning_rate(step, self._steps_per_epoch, self._settings)


def read_history(path: Path) -> list[dict]:
    """Return the rows of a history file, one an epoch; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [
            {key: int(value) if key == "epoch" else float(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        ]


def write_history(path: Path, rows: list[dict]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, HISTORY_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def settings_names() -> list[str]:
    """Return the names of the networks that are trained here; development.json holds changes to settings, not settings,
    and likeness.json is for training/judge.py.
    """
    return sorted(path.stem for path in SETTINGS.glob("*.json") if path.stem not in ("development", "likeness"))


def read_settings(name: str) -> dict:
    """Return the settings of a network: training/settings/``name``.json."""
    return json.loads((SETTINGS / f"{name}.json").read_text(encoding="utf-8"))


def resume(folder: Path, settings: dict) -> tuple[keras.Model | None, list[dict]]:
    """Return the network of the newest checkpoint in ``folder`` and its history; None and no rows where there is none.

    One that was made with other settings is not taken. One that is damaged is put aside under another name: it may hold
    hours of work that somebody can save.
    """
    checkpoint, made_with = folder / "last.keras", folder / "settings.json"
    if not checkpoint.exists():
        return None, []
    try:
        history = read_history(folder / "history.csv")
        if not history or [row["epoch"] for row in history] != list(range(1, len(history) + 1)):
            raise ValueError("epochs are missing")
        if not same_recipe(json.loads(made_with.read_text(encoding="utf-8")), settings):
            print(f"{folder} was made with other settings: the training starts anew.", flush=True)
            return None, []
        model = keras.models.load_model(checkpoint)
    except Exception:  # of a damaged file Keras raises whatever the parts that read it raise
        names = (folder.with_name(f"{folder.name}-damaged-{number}") for number in itertools.count(1))
        aside = folder.rename(next(name for name in names if not name.exists()))
        print(f"{folder} is damaged: it is kept as {aside}, and the training starts anew.", flush=True)
        return None, []
    done = len(history)
    finished = f"already trained, {done} epoch{'s' if done > 1 else ''}"
    print(finished if done == settings["epochs"] else f"resuming after epoch {done}", flush=True)
    return model, history


def train(settings: dict, checkpoints: Path, data: Data | None = None) -> tuple[keras.Model, list[dict]]:
    """Train on a data set, or on MNIST; return the network, in float32, with its history, one row an epoch.

    It goes on from the newest checkpoint in ``checkpoints`` if that was made with the same settings. Raises
    MnistUnavailable where MNIST is wanted and cannot be had, NetworkUnavailable where the network that it continues, or
    one that it learns from, cannot be had.
    """
    keras.utils.set_random_seed(settings["seed"])
    keras.config.set_dtype_policy(settings["precision"])
    training, validation = training_and_validation(settings, data)
    validation_images = validation.images.astype(np.float32)[..., None]
    validation_labels = keras.utils.to_categorical(validation.labels, 10)

    lessons = Lessons(training, settings, checkpoints.parent) if "distillation" in settings else None

    model, history = resume(checkpoints, settings)
    if model is None:
        model = NETWORKS[settings["network"]](settings)
        if "continues" in settings:
            model.set_weights(continued(settings).get_weights())
        model.compile(
            optimizer=keras.optimizers.Adam(settings["learning_rate"]),
            loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings["label_smoothing"]),
            metrics=["accuracy"],
            jit_compile=False,  # XLA makes this network half as fast on a CPU
        )
        checkpoints.mkdir(parents=True, exist_ok=True)
        # An older run's history must not be taken for this one's.
        (checkpoints / "history.csv").unlink(missing_ok=True)
        (checkpoints / "settings.json").write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")

    for epoch in range(len(history), settings["epochs"]):
        started = time.perf_counter()
        batches = AugmentedBatches(training, settings, epoch, lessons)
        fit = model.fit(
            batches,
            callbacks=[LearningRate(epoch * len(batches), len(batches), settings)],
            shuffle=False,
            verbose=1 if sys.stdout.isatty() else 2,  # a moving bar for people, a line an epoch for a log
        )
        val_loss, val_accuracy = model.evaluate(validation_images, validation_labels, batch_size=500, verbose=0)
        row = {
            "epoch": epoch + 1,
            "learning_rate": float(model.optimizer.learning_rate),
            "loss": fit.history["loss"][0],
            "accuracy": fit.history["accuracy"][0],
            "val_loss": val_loss,
            "val_accuracy": val_accuracy,
            "seconds": time.perf_counter() - started,
        }
        history.append(row)
        # The network first: an interruption between the two repeats an epoch rather than skipping one. Each under
        # another name until it is whole: an interruption while writing must not cost the epochs before.
        model.save(checkpoints / "next.keras")
        os.replace(checkpoints / "next.keras", checkpoints / "last.keras")
        write_history(checkpoints / "next.csv", history)
        os.replace(checkpoints / "next.csv", checkpoints / "history.csv")
        print(f"epoch {epoch + 1}/{settings['epochs']}: validation accuracy {val_accuracy:.4f}", flush=True)
    return for_use(model), history


def learnt_from(settings: dict) -> dict[str, str]:
    """Return the networks of models/ that a run starts from or learns from: file name -> SHA-256.

    Raises NetworkUnavailable where one is missing.
    """
    files = [f"{name}{ending}" for name in teachers(settings) for ending in (".onnx", ".json")]
    if "continues" in settings:
        files.insert(0, f"{continued_name(settings)}.keras")
    found = {}
    for file in files:
        try:
            found[file] = hashlib.sha256((MODELS / file).read_bytes()).hexdigest()
        except OSError as error:
            raise NetworkUnavailable(
                f"{MODELS / file} is missing: restore it, or train it first (README, Training)."
            ) from error
    return found


def teachers(settings: dict) -> list[str]:
    return settings["distillation"]["teachers"] if "distillation" in settings else []


def continued_name(settings: dict) -> str:
    return settings["continues"].format(seed=settings["seed"])


def continued(settings: dict) -> keras.Model:
    """Return the network of models/ whose weights the run starts from; ``{seed}`` in its name is the run's own.

    Raises NetworkUnavailable where it is missing or damaged.
    """
    return keras_model(MODELS / f"{continued_name(settings)}.keras")


def same_recipe(settings: dict, others: dict) -> bool:
    """Tell whether two settings train the same network; their reasons may be reworded."""
    return {**settings, "reasons": None} == {**others, "reasons": None}


def train_and_write(settings: dict, stem: Path, source: Path | None = None) -> dict:
    """Train, write ``stem``.keras, .onnx, .json and _history.csv, and return the card.

    Where ``source``, a folder or an .npz file, is given, it is learnt from, and the data's name is put behind the
    network's. Raises SystemExit with one sentence where there is no data or Ctrl-C was pressed: the next run resumes.
    """
    try:
        data = load_data(source)
        made_from = data.described()
        run = f"{settings['epochs']}-{settings['seed']}"
        if source is not None:
            # The teachers know MNIST: about other images the labels count.
            settings = {key: value for key, value in settings.items() if key != "distillation"}
            about_mnist = ("distillation", "label_smoothing", "validation")
            settings["reasons"] = {key: why for key, why in settings["reasons"].items() if key not in about_mnist}
            stem = stem.with_name(f"{stem.name}_{file_name(data.name)}")
            # Images may have been added since: then it is not to be resumed.
            run += f"-{made_from['sha256_of_arrays'][:8]}"
            # Where the evaluation finds them.
            made_from["path"] = str(source)
            print(data.in_words(), flush=True)
        networks = learnt_from(settings)
        if networks:
            # With other networks to learn from it is another run.
            run += f"-{zlib.crc32(json.dumps(networks).encode()):08x}"
        model, history = train(settings, CHECKPOINTS / f"{stem.name}-{run}", data)
    except (DataError, MnistUnavailable, NetworkUnavailable) as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt as error:
        raise SystemExit("Interrupted: start again to go on after the last finished epoch.") from error

    stem.parent.mkdir(parents=True, exist_ok=True)
    write_history(stem.with_name(f"{stem.name}_history.csv"), history)
    export_network(model, stem)
    _, validation = training_and_validation(settings, data)
    packages = ("tensorflow", "keras", "tf2onnx", "numpy", "opencv-python-headless")
    card = write_card(
        model,
        validation,
        stem,
        {
            "settings": settings,
            "training_seconds": round(sum(row["seconds"] for row in history)),
            "date": date.today().isoformat(),
            "data": made_from,
            **({"networks": networks} if networks else {}),
            "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
        },
    )
    print(
        f"{stem.name}: validation accuracy {card['validation']['accuracy']:.4f}, temperature"
        f" {card['temperature_note']}. Written to {stem.parent}/",
        flush=True,
    )
    return card


def file_name(name: str) -> str:
    """Return a data set's name as a part of a file's name: letters, figures and underscores."""
    return re.sub(r"\W+", "_", name).strip("_") or "data"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Train a network and write it to models/: NAME.keras, NAME.onnx, its card NAME.json and"
        " NAME_history.csv. Every finished epoch is kept in checkpoints/; a run that was stopped goes on after the last"
        " one."
    )
    parser.add_argument(
        "name",
        choices=settings_names(),
        help="which network: mnist_cnn is the one that ships; its settings are in training/settings/NAME.json",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        metavar="N",
        help="how many epochs, to try something out; wants --out (default: as many as the settings say)",
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="of the first weights and the batches (default: that of the settings)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="PATH",
        help="your own images: a folder with the sub-folders 0 to 9, or train/ and test/ with these, or an .npz with"
        " images and labels, at least 10 of each digit; the network is then called NAME_FOLDER (default: MNIST)",
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where the finished network goes (default: models/)")
    arguments = parser.parse_args(arguments)
    if arguments.epochs is not None and arguments.epochs < 1:
        parser.error(f"--epochs must be 1 or more, not {arguments.epochs}")
    if arguments.seed is not None and not 0 <= arguments.seed < 2**32:
        parser.error(f"--seed must be 0 or more, and less than 2**32, not {arguments.seed}")
    if arguments.epochs is not None and arguments.out is None:
        parser.error("--epochs is for trying something out: say with --out FOLDER where the network goes")
    changes = {"epochs": arguments.epochs, "seed": arguments.seed}
    settings = read_settings(arguments.name) | {key: value for key, value in changes.items() if value is not None}
    out = arguments.out or MODELS / KEPT_IN.get(arguments.name, "").format(seed=settings["seed"])
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SystemExit(f"{out} cannot be written to: {error.strerror}. Name another folder with --out.") from error
    train_and_write(settings, out / arguments.name, arguments.data)


if __name__ == "__main__":
    try:
        main()
    except SystemExit as stopped:
        if not isinstance(stopped.__cause__, KeyboardInterrupt):
            raise
        # The threads that prepare the next batches would keep an interrupted run alive, or abort it.
        print(stopped, file=sys.stderr, flush=True)
        os._exit(1)
