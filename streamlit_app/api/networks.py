"""The networks of the API, each loaded once, and what is missing of them."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from inference import cutout
from inference.classifier import (
    DEFAULT_NETWORK,
    Classifier,
    NetworkUnavailable,
    judge_trouble,
    models_folder,
    network_names,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NetworkSummary:
    """One network: its size and what its card says it scored on validation images; both null where it is not usable."""

    name: str
    is_default: bool
    usable: bool
    parameters: int | None
    validation_accuracy: float | None


@dataclass(frozen=True)
class Health:
    """``status``: ok, or degraded: everything that can be answered still is, and each problem is one sentence."""

    status: str
    problems: list[str]
    networks: list[str]
    rembg: bool


def network(name: str) -> Classifier:
    """Return a network, loaded once; a file that changes is loaded again. Raises NetworkUnavailable."""
    return _network(
        name, str(models_folder()), *(_stamp(models_folder() / f"{name}{end}") for end in (".onnx", ".json"))
    )


def is_known(name: str) -> bool:
    """Tell whether there is a network of this name, usable or not."""
    return name == DEFAULT_NETWORK or name in network_names()


def known_names() -> list[str]:
    """Return the names of all networks, the default one first, also where its file is missing."""
    return [DEFAULT_NETWORK, *(name for name in network_names() if name != DEFAULT_NETWORK)]


def unusable(name: str) -> str:
    """Say that a network cannot be used; where its files are is for the log alone."""
    return f"The network {name} is missing or damaged on this server: choose another one."


def summaries() -> list[NetworkSummary]:
    """Return every network, the default one first."""
    return [_summary(name) for name in known_names()]


def health() -> Health:
    """Return what works, and what does not."""
    usable = [summary.name for summary in summaries() if summary.usable]
    problems = [unusable(name) for name in known_names() if name not in usable]
    if judge_trouble():
        problems.append("The judge of what is no digit is missing or damaged on this server: nothing is called that.")
    trouble = _rembg_trouble()
    if trouble:
        problems.append("rembg or its weights are missing or damaged on this server: photos are read without it.")
    return Health("degraded" if problems else "ok", problems, usable, rembg=not trouble)


def _summary(name: str) -> NetworkSummary:
    try:
        card = network(name).card
    except NetworkUnavailable as error:
        _log_once(str(error))
        return NetworkSummary(name, name == DEFAULT_NETWORK, False, None, None)
    accuracy = card.get("validation", {}).get("accuracy")
    return NetworkSummary(name, name == DEFAULT_NETWORK, True, card.get("parameters"), accuracy)


def _rembg_trouble() -> str:
    trouble = cutout.trouble()
    if trouble:
        _log_once(trouble)
    return trouble


@lru_cache(maxsize=32)
def _network(name: str, folder: str, *stamps: int) -> Classifier:
    return Classifier(name)


@lru_cache(maxsize=100)
def _log_once(sentence: str) -> None:
    log.warning(sentence)


def _stamp(path: Path) -> int:
    """When the file last changed; 0 where there is none."""
    return path.stat().st_mtime_ns if path.exists() else 0
