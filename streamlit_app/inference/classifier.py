"""The network on ONNX Runtime: from 28×28 pixels to ten calibrated probabilities."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from inference.calibration import with_temperature
from inference.likeness import Judge, judge_path
from inference.tta import TTA_VIEWS, View, looks
from inference.whole import WholeHead, load_head

DEFAULT_NETWORK = "mnist_cnn"


class NetworkUnavailable(RuntimeError):
    """A network cannot be loaded; the message is one sentence that says why and what to do."""


def models_folder() -> Path:
    """Return the folder of the trained networks: ``DIGITLENS_MODELS`` if set, else models/ beside the code."""
    return Path(os.environ.get("DIGITLENS_MODELS") or Path(__file__).resolve().parents[2] / "models")


def network_names() -> list[str]:
    """Return the names of the networks in the folder, the default one first."""
    names = sorted(path.stem for path in models_folder().glob("*.onnx"))
    return sorted(names, key=lambda name: name != DEFAULT_NETWORK)


def no_network() -> str:
    """Return the sentence for a folder without any network: what to do hangs on who chose the folder."""
    folder, command = models_folder(), f"train one with python -m training.train {DEFAULT_NETWORK}"
    if os.environ.get("DIGITLENS_MODELS"):
        return (
            f"There is no network in {folder}, which DIGITLENS_MODELS names: correct or unset it, or {command}"
            f" --out {folder}"
        )
    return f"There is no network in {folder}: {command}"


def read_card(name: str = DEFAULT_NETWORK) -> dict:
    """Return the card of a network: how it was made, what it scored, its temperature and thresholds."""
    path = models_folder() / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NetworkUnavailable(
            f"The card of the network {name} is missing or damaged: restore {path} or train it again."
        ) from error


@dataclass(frozen=True)
class Prediction:
    """The network's answer: the digit, its confidence (0-1, calibrated) and ``probabilities`` (10,), index = digit.

    ``votes``: with TTA, each look's own (view, digit, confidence); ``likeness``: how like that digit it is at all, 0-1,
    and 1 where there is no judge that could tell.
    """

    digit: int
    confidence: float
    probabilities: np.ndarray
    votes: tuple[tuple[View, int, float], ...] = ()
    likeness: float = 1.0

    def top(self, count: int = 3) -> list[tuple[int, float]]:
        """Return the ``count`` most probable digits with their probabilities, the best first."""
        order = np.argsort(-self.probabilities, kind="stable")[:count]
        return [(int(digit), float(self.probabilities[digit])) for digit in order]


class Classifier:
    """One trained network with its card."""

    def __init__(self, name: str = DEFAULT_NETWORK):
        """Load ``name`` from models_folder(); raise NetworkUnavailable where a file is missing or damaged."""
        if not network_names():
            raise NetworkUnavailable(no_network())
        if name not in network_names() and name != DEFAULT_NETWORK:
            raise NetworkUnavailable(f"There is no network {name!r}: choose one of {', '.join(network_names())}.")
        self.name = name
        self.card = read_card(name)
        path = models_folder() / f"{name}.onnx"
        options = onnxruntime.SessionOptions()
        # One digit takes under a millisecond on one thread: more threads only cost their start and their memory.
        options.intra_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            self._input = self._session.get_inputs()[0].name
            self._temperature = float(self.card["temperature"])
            self.unsure_below = float(self.card["thresholds"]["unsure_below"])
            self._whole = _whole_head_of(path)
        except Exception as error:  # ONNX Runtime's own exceptions have no common base
            raise NetworkUnavailable(
                f"The network {name} cannot be loaded: {path} or its card is missing or damaged. Restore it or train"
                " it again."
            ) from error
        self._judge = _load_judge()
        # Without the judge nothing is refused: the digits are read all the same.
        self.not_a_digit_below = self._judge.not_a_digit_below if self._judge else 0.0
        if not self._is_described():
            raise NetworkUnavailable(
                f"The card of the network {name} is another network's: restore {path.with_suffix('.json')} or train it"
                " again."
            )

    def _is_described(self) -> bool:
        """Tell whether the card is of this network: its name, and the shape of every output."""
        layers = {layer["name"]: layer["output_shape"] for layer in self.card.get("layers", ())}
        outputs = {output.name: output.shape[1:] for output in self._session.get_outputs()}
        return self.card.get("name", self.name) == self.name and all(
            layers.get(name, shape) == shape for name, shape in outputs.items()
        )

    def probabilities(self, digits: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities, (N, 10) float32, for images (N, 28, 28), 0-255, white on black."""
        raw = self._session.run(["probabilities"], {self._input: _as_input(digits)})[0]
        return with_temperature(raw, self._temperature).astype(np.float32)

    def predict(self, digit: np.ndarray, *, tta: bool = False) -> Prediction:
        """Return the answer for one image (28, 28) uint8, white on black.

        With ``tta`` (test-time augmentation) the answer is the mean over TTA_VIEWS, in one call.
        """
        return self.predict_each([looks(digit) if tta else digit[None]])[0]

    def predict_each(self, stacks: Sequence[np.ndarray]) -> list[Prediction]:
        """Return the answer for each image, all in one run.

        A stack is one image (1, 28, 28), or the looks at one image, as inference.tta makes them: then the mean counts.
        """
        if not stacks:
            return []
        images = np.concatenate(stacks)
        each = self.probabilities(images)
        likeness = self._likeness(images, each)
        ends = np.cumsum([len(stack) for stack in stacks])[:-1]
        return [_prediction(*seen) for seen in zip(np.split(each, ends), np.split(likeness, ends), strict=True)]

    def whole_digits(self, digits: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what is seen in images (N, 28, 28): calibrated probabilities, (N, 10) float32; how like one whole
        digit each is, neither a part of one nor two, (N,), 0-1; and how like a digit at all, (N,), 0-1.
        """
        blocks = self._whole.blocks if self._whole else ()
        raw, *maps = self._session.run(["probabilities", *blocks], {self._input: _as_input(digits)})
        whole = self._whole.of(maps, raw.argmax(axis=1)) if self._whole else np.ones(len(raw))
        return with_temperature(raw, self._temperature).astype(np.float32), whole, self._likeness(digits, raw)

    def _likeness(self, digits: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Return how like the digit that is read each image is, (N,), 0-1; 1 where there is no judge."""
        if self._judge is None:
            return np.ones(len(digits))
        return self._judge.of(digits, probabilities.argmax(axis=1))

    def feature_maps(self, digit: np.ndarray) -> dict[str, np.ndarray]:
        """Return what every block sees in one image (28, 28): block name -> (R, C, filters) float32."""
        names = [output.name for output in self._session.get_outputs()[1:]]
        return {
            name: maps[0]
            for name, maps in zip(names, self._session.run(names, {self._input: _as_input(digit[None])}), strict=True)
        }


def _as_input(digits: np.ndarray) -> np.ndarray:
    return np.asarray(digits, dtype=np.float32)[..., None]


def _prediction(each: np.ndarray, likeness: np.ndarray) -> Prediction:
    """Return the answer from the probabilities (views, 10) and the likeness (views,) of one image's looks."""
    probabilities = each.mean(axis=0)
    digit = int(probabilities.argmax())
    votes = ()
    if len(each) > 1:
        votes = tuple((view, int(p.argmax()), float(p.max())) for view, p in zip(TTA_VIEWS, each, strict=True))
    return Prediction(digit, float(probabilities[digit]), probabilities, votes, float(likeness.mean()))


def whole_head_path(name: str = DEFAULT_NETWORK) -> Path:
    """Return where the head lies that tells whole digits, by what this network sees."""
    return models_folder() / f"{name}_whole.npz"


def _whole_head_of(network: Path) -> WholeHead | None:
    """Return the head that was fitted to this very .onnx, or None where there is none."""
    path = whole_head_path(network.stem)
    if not path.exists():
        return None
    head = load_head(path)
    return head if head.network == hashlib.sha256(network.read_bytes()).hexdigest() else None


def judge_trouble() -> str:
    """Say in one sentence that the judge is missing or damaged, and what follows; empty where it is whole."""
    return (
        "" if _load_judge() else f"{judge_path(models_folder())} or its card is missing or damaged: {REFUSES_NOTHING}"
    )


REFUSES_NOTHING = "nothing is called no digit. Restore it, or make it again with make verdicts."


def _load_judge() -> Judge | None:
    """Return the judge in the folder of the networks, or None where there is none that can be used."""
    try:
        return Judge(judge_path(models_folder()))
    except Exception:  # ONNX Runtime's own exceptions have no common base
        return None
