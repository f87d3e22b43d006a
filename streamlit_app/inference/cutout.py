"""The one place where rembg is used: which part of a photo is the object.

rembg is imported late, and only its session classes: its package imports pymatting, which compiles for most of a
minute the first time ever and doubles the memory of the server, and is not needed for a mask.
"""

import importlib
import importlib.util
import sys
import threading
from functools import lru_cache
from types import ModuleType

import cv2
import numpy as np
import onnxruntime
from PIL import Image

# Name of the network -> rembg's module and class. u2netp is small (4.7 MB) and the default; the others need 170 MB.
MODELS = {
    "u2netp": ("u2netp", "U2netpSession"),
    "u2net": ("u2net", "U2netSession"),
    "isnet-general-use": ("dis_general_use", "DisSession"),
}
DEFAULT_MODEL = "u2netp"
# Every one of these networks reduces the image to 320 or 1024 pixels: more only costs memory.
INPUT_SIDE = 1024
# rembg stretches its mask from 0 to 1 even over blank paper: what covers less or more than this is no object.
LEAST_COVER, MOST_COVER = 0.002, 0.9
# A server reads several photos at once. The import below is not for two threads at a time, nor are two sessions
# worth their memory.
_one_at_a_time = threading.RLock()


class CutoutUnavailable(RuntimeError):
    """rembg cannot be used; the message is one sentence that says why and what to do."""


def is_available(model: str = DEFAULT_MODEL) -> bool:
    """Tell whether rembg and the weights of ``model`` are on this machine, without loading or downloading them."""
    try:
        return _weights(model) is not None
    except CutoutUnavailable:
        return False


def trouble(model: str = DEFAULT_MODEL) -> str:
    """Say in one sentence why rembg cannot be used with ``model``, or nothing: its weights are loaded once to see."""
    try:
        with _one_at_a_time:
            _try_once(model, _needed_weights(model))
    except CutoutUnavailable as error:
        return str(error)
    return ""


def download_weights(model: str = DEFAULT_MODEL) -> None:
    """Download the weights of ``model`` into rembg's folder (``U2NET_HOME`` or ~/.rembg).

    Raises CutoutUnavailable where that fails; a network that does not answer is given up after 30 seconds.
    """
    try:
        _session_class(model).download_models()
    except CutoutUnavailable:
        raise
    except Exception as error:  # requests, pooch and the file system raise many kinds
        raise CutoutUnavailable(
            f"The weights of {model} could not be downloaded ({type(error).__name__}): check the network and try again."
        ) from error


def object_mask(rgb: np.ndarray, model: str = DEFAULT_MODEL) -> np.ndarray | None:
    """Return rembg's mask of the object, (R, C) float32 0-1, or None where it sees none that stands apart.

    ``rgb`` is (R, C, 3) uint8. Raises CutoutUnavailable at once where rembg or its weights are missing or damaged:
    nothing is downloaded here.
    """
    with _one_at_a_time:
        session = _session(model)
    scale = min(1.0, INPUT_SIDE / max(rgb.shape[:2]))
    reduced = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    with np.errstate(invalid="ignore", divide="ignore"):  # rembg divides by zero on a flat answer
        mask = session.predict(Image.fromarray(reduced))[0]
    mask = np.asarray(mask, dtype=np.float32) / 255
    mask = cv2.resize(mask, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return mask if LEAST_COVER <= (mask > 0.5).mean() <= MOST_COVER else None


@lru_cache(maxsize=1)  # the larger networks must not pile up on a small machine
def _session(model: str):
    return _loaded(model, _needed_weights(model))


@lru_cache(maxsize=8)
def _try_once(model: str, weights: str) -> None:
    _loaded(model, weights)


def _loaded(model: str, weights: str):
    options = onnxruntime.SessionOptions()
    # Together they keep some 130 instead of 550 MiB resident, for a third more time.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    try:
        return _session_class(model)(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions have no common base
        raise CutoutUnavailable(
            f"The weights of {model} are damaged: delete {weights} and download them again."
        ) from error


def _needed_weights(model: str) -> str:
    weights = _weights(model)
    if weights is None:
        raise CutoutUnavailable(f"The weights of {model} are not on this machine: the ink was found without rembg.")
    return weights


def _weights(model: str) -> str | None:
    return _session_class(model).resolve_existing(f"{model}.onnx")


def _session_class(model: str) -> type:
    if model not in MODELS:
        raise CutoutUnavailable(f"There is no rembg model {model!r}: choose one of {', '.join(MODELS)}.")
    module, name = MODELS[model]
    try:
        with _one_at_a_time:
            return getattr(_import_session_module(module), name)
    except ImportError as error:
        raise CutoutUnavailable(
            "rembg is not installed here: the ink was found without it (pip install -r requirements.txt adds it)."
        ) from error


def _import_session_module(name: str) -> ModuleType:
    """Import rembg.sessions.NAME without running the ``__init__`` of rembg and of rembg.sessions.

    For the time of the import, empty packages with their search paths stand in for the two.
    """
    full_name = f"rembg.sessions.{name}"
    if full_name in sys.modules:
        return sys.modules[full_name]
    spec = importlib.util.find_spec("rembg")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("rembg is not installed")
    folder = spec.submodule_search_locations[0]
    stand_ins = {"rembg": folder, "rembg.sessions": f"{folder}/sessions"}
    added = [package for package in stand_ins if package not in sys.modules]
    for package in added:
        sys.modules[package] = ModuleType(package)
        sys.modules[package].__path__ = [stand_ins[package]]
    try:
        return importlib.import_module(full_name)
    finally:
        for package in added:
            del sys.modules[package]
