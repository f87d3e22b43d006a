"""rembg: for real where its weights are, and out of the way at once where they are not."""

import os
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from inference import Classifier, Config, cutout, preprocess, read_digit
from inference.classifier import models_folder
from inference.samples import photo
from inference.steps import candidates
from tests.drawn import drawing

needs_weights = pytest.mark.skipif(
    not cutout.is_available(), reason="u2netp.onnx is absent: set U2NET_HOME to its folder"
)
needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)


@pytest.fixture
def without_weights(tmp_path, monkeypatch):
    monkeypatch.setenv("U2NET_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    cutout._session.cache_clear()
    yield tmp_path
    cutout._session.cache_clear()


@needs_weights
def test_the_mask_covers_the_object():
    picture = np.full((400, 400, 3), 240, np.uint8)
    picture[120:280, 150:250] = (180, 30, 30)
    mask = cutout.object_mask(picture)
    assert mask.shape == (400, 400)
    assert mask.dtype == np.float32
    assert mask[150:250, 170:230].mean() > 0.9
    assert mask[:60].mean() < 0.1


@needs_weights
@needs_network
def test_a_digit_is_read_after_its_background_is_removed():
    reading = read_digit(photo(8), Classifier(), Config(rembg="always"))
    assert reading.prediction.digit == 8
    assert "u2netp" in reading.preprocessed.trace[0].note
    assert reading.preprocessed.trace[0].image.shape[2] == 4


@needs_weights
def test_auto_leaves_a_clear_photo_alone_and_asks_for_an_unclear_one(monkeypatch):
    asked = []
    real = cutout.object_mask
    monkeypatch.setattr(cutout, "object_mask", lambda *given: asked.append(1) or real(*given))
    preprocess(drawing(5), Config(rembg="auto"))
    assert not asked
    preprocess(np.full((100, 100, 3), 255, np.uint8), Config(rembg="auto"))
    assert not asked, "there is nothing to choose from"
    monkeypatch.setattr("inference.steps.SURE", 1.1)
    preprocess(photo(8), Config(rembg="auto"))
    assert asked


@needs_network
def test_auto_without_weights_says_that_rembg_was_wanted(without_weights, monkeypatch):
    monkeypatch.setattr("inference.steps.SURE", 1.1)
    *_, last = candidates(photo(8), Config(rembg="auto"))
    assert "not on this machine" in last.trace[0].note


@needs_weights
@needs_network
def test_auto_keeps_what_the_network_reads_with_more_confidence(monkeypatch):
    classifier = Classifier()
    plain = preprocess(photo(8), Config(rembg="never"))
    unclear = replace(plain, digit=np.full((28, 28), 60, np.uint8), certainty=1.0)
    for made in ((plain, unclear), (unclear, plain)):
        monkeypatch.setattr("inference.reading.candidates", lambda *_, made=made: iter(made))
        assert read_digit(photo(8), classifier, Config(rembg="auto")).prediction.digit == 8


def test_without_weights_the_photo_is_read_at_once_and_a_line_says_why(without_weights):
    assert not cutout.is_available()
    started = time.perf_counter()
    result = preprocess(photo(8), Config(rembg="always"))
    assert time.perf_counter() - started < 2
    assert result.digit is not None
    assert "not on this machine" in result.trace[0].note


def test_damaged_weights_are_named(without_weights):
    path = without_weights / "u2netp.onnx"
    path.write_bytes(b"no network")
    with pytest.raises(cutout.CutoutUnavailable, match=r"u2netp.*damaged"):
        cutout.object_mask(photo(8))
    assert preprocess(photo(8), Config(rembg="always")).digit is not None


def test_a_model_that_rembg_does_not_have():
    with pytest.raises(cutout.CutoutUnavailable, match="u3net"):
        cutout.object_mask(photo(8), "u3net")
    assert not cutout.is_available("u3net")


@pytest.mark.parametrize("model", cutout.MODELS)
def test_every_model_is_known_to_rembg(model):
    assert cutout._session_class(model).name() == model


def test_rembg_not_installed(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for name in [name for name in sys.modules if name.startswith("rembg.sessions.u2netp")]:
        monkeypatch.delitem(sys.modules, name)
    assert not cutout.is_available()
    assert "not installed" in preprocess(photo(8), Config(rembg="always")).trace[0].note


def run_python(code: str, **environment: str) -> str:
    environment = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return done.stdout


@needs_network
def test_reading_leaves_nothing_on_the_disk_and_reports_to_nobody(tmp_path):
    code = """
import os, time
from inference import Classifier, Config, read_digit
from inference.samples import photo
read_digit(photo(8), Classifier(), Config(rembg="never"))
time.sleep(1)
print(os.environ["ORT_DISABLE_TELEMETRY"])
"""
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    os.environ.pop("ORT_DISABLE_TELEMETRY", None)
    assert run_python(code, **home).strip() == "1"
    assert list(tmp_path.rglob("*")) == []


def test_the_library_imports_neither_streamlit_nor_tensorflow_nor_rembg():
    loaded = run_python("import inference, sys; print(*sorted(m.split('.')[0] for m in sys.modules))").split()
    assert {"numpy", "cv2", "onnxruntime"} <= set(loaded)
    assert not {"streamlit", "tensorflow", "keras", "rembg", "pymatting", "numba", "pandas", "fastapi"} & set(loaded)


def test_rembg_is_imported_without_what_makes_it_slow():
    code = "import sys; from inference import cutout; cutout.is_available(); print(*sys.modules)"
    loaded = run_python(code).split()
    assert "rembg.sessions.u2netp" in loaded
    assert not {"pymatting", "numba", "rembg"} & set(loaded)


def test_threads_may_ask_for_rembg_at_once():
    script = """
import threading
from inference import cutout
answers, start = [], threading.Barrier(8)
def ask():
    start.wait()
    try:
        cutout.is_available()
        answers.append("fine")
    except BaseException as error:
        answers.append(repr(error))
threads = [threading.Thread(target=ask) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(set(answers))
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.strip() == "{'fine'}", result.stdout + result.stderr
