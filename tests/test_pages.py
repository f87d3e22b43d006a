"""Every page and every mode, run as Streamlit runs them (AppTest), on good and on bad input."""

import json
import os
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from inference import Classifier, Prediction, cutout, preprocess, reading
from inference.candidates import SURE
from inference.classifier import models_folder
from inference.mnist import MnistUnavailable, load_test_images
from inference.samples import encoded, photo
from inference.steps import STEPS
from tests.drawn import drawing, mouse_paths
from ui.pictures import mosaic
from ui.prediction import sheet
from ui.words import duration

HOME = Path(__file__).parent.parent / "streamlit_app" / "Home.py"
PREDICTION, ARCHITECTURE, PERFORMANCE = (
    f"pages/{name}.py" for name in ("1_Prediction", "2_Architecture", "3_Performance")
)
SECONDS = 60  # the first run loads the network and, for MNIST, its file

needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="needs models/mnist_cnn.onnx (make train)"
)


@pytest.fixture
def app():
    """The dashboard, at its first page."""
    return checked(AppTest.from_file(str(HOME), default_timeout=SECONDS).run())


@pytest.fixture
def no_models(monkeypatch, tmp_path):
    """A folder of models in which there is nothing."""
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path))
    return tmp_path


@pytest.fixture
def drawn(monkeypatch):
    """A sheet whose strokes and pen the test sets: AppTest cannot draw. It notes what the page asked of it.

    None: as after coming back, the sheet is as the page starts it.
    """
    canvas = SimpleNamespace(strokes=None, pen=None, asked=[])

    def ask_strokes(key, **options):
        canvas.asked.append(options)
        strokes = options["start"] if canvas.strokes is None else canvas.strokes
        return sheet.Sheet(strokes, options["pen"] if canvas.pen is None else canvas.pen)

    monkeypatch.setattr(sheet, "ask_strokes", ask_strokes)
    return canvas


def strokes_of(digit: int) -> tuple[sheet.Stroke, ...]:
    """Return the strokes of a digit, as a person draws it."""
    return tuple(sheet.Stroke(20, tuple(path)) for path in mouse_paths(digit))


def checked(app: AppTest) -> AppTest:
    """Return the app; fail where a page ended in an exception."""
    assert [error.message for error in app.exception] == []
    return app


def prediction(app: AppTest, mode: str) -> AppTest:
    """Go to the page Prediction and choose how to give the digit."""
    app.switch_page(PREDICTION).run()
    app.segmented_control(key="mode").set_value(mode).run()
    return checked(app)


def uploaded(app: AppTest, data: bytes, name: str = "photo.png", kind: str = "image/png") -> AppTest:
    """Give a file on the page Prediction."""
    prediction(app, "upload")
    app.file_uploader(key="file").set_value((name, data, kind)).run()
    return checked(app)


def digit(app: AppTest) -> str | None:
    """Return the digit that the page shows, None where it shows none."""
    shown = [metric.value for metric in app.metric if metric.label == "Digit"]
    assert len(shown) <= 1
    return shown[0] if shown else None


def room(app: AppTest, page: str, name: str) -> AppTest:
    """Open a room of the page that is shown."""
    app.pills(key=f"{page}_room").set_value(name).run()
    return checked(app)


def texts(elements) -> str:
    """Return the text of some elements, one a line; spaces at which no line may end are plain ones."""
    return "\n".join(element.value for element in elements).replace("\u00a0", " ")


def step_titles(app: AppTest) -> list[str]:
    """Return the titles of the steps that the page shows."""
    titles = [f"**{number} · {step.title}**" for number, step in enumerate(STEPS, start=1)]
    return [markdown.value for markdown in app.markdown if markdown.value in titles]


# --- The four modes --------------------------------------------------------------------------------------------


@needs_network
@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".bmp", ".tiff"])
def test_upload_is_answered_with_all_steps(app, ending):
    uploaded(app, encoded(photo(3), ending), f"three{ending}")
    assert digit(app) == "3"
    assert len(step_titles(app)) == len(STEPS)
    assert not app.error


@needs_network
def test_the_three_best_guesses_and_the_quality_are_shown(app):
    uploaded(app, encoded(photo(3)))
    bars = [bar.proto.text for bar in app.get("progress")]
    assert bars[0].startswith("**3** · ")
    assert [bar.split()[0] for bar in bars[3:]] == ["Contrast", "Size", "Aspect", "Distinctness", "Legibility"]


@needs_network
@pytest.mark.parametrize("confidence_is_low", [True, False])
@pytest.mark.parametrize("ink_is_unclear", [True, False])
def test_unsure_says_what_is_in_doubt(app, monkeypatch, confidence_is_low, ink_is_unclear):
    if confidence_is_low:
        low = np.array([0.02] * 3 + [0.82] + [0.02] * 6)
        monkeypatch.setattr(Classifier, "predict_each", lambda _, stacks: [Prediction(3, 0.82, low)] * len(stacks))
    if ink_is_unclear:
        unclear = lambda *given: iter([replace(preprocess(*given), certainty=SURE - 0.01)])  # noqa: E731
        monkeypatch.setattr(reading, "candidates", unclear)
    uploaded(app, encoded(photo(3)))
    assert digit(app) == "3"
    said = texts(app.warning)
    assert ("**Unsure" in said) == (confidence_is_low or ink_is_unclear)
    assert ("counts as sure from a confidence of" in said) == confidence_is_low
    assert ("not clear which ink" in said) == ink_is_unclear


@needs_network
def test_what_is_no_digit_and_what_is_several_is_said(app, monkeypatch):
    strange = Prediction(3, 0.99, np.eye(10)[3], likeness=0.0)
    monkeypatch.setattr(Classifier, "predict_each", lambda _, stacks: [strange] * len(stacks))
    uploaded(app, encoded(photo(3)))
    assert "does not look like a digit" in texts(app.warning)
    assert [metric.value for metric in app.metric if metric.label == "Most like"] == ["3"]
    # Its probabilities are long bars all the same: beside both of their pictures stands what they mean.
    assert texts(app.caption).count("If it had to be a digit") == 2
    monkeypatch.undo()
    row = np.hstack([drawing(digit)[..., :3] for digit in (3, 5)])
    uploaded(app, encoded(row))
    assert "There are several digits here" in texts(app.info)
    # All of them are read without being asked, and come first.
    assert texts(app.code) == "35"
    assert "Digits found: 2" in texts(app.caption)
    kinds = [element.type for element in app.main]
    assert kinds.index("code") < kinds.index("metric")


@needs_network
def test_several_digits_that_are_read_as_one_can_be_read_with_a_button(app):
    uploaded(app, encoded(np.hstack([drawing(digit) for digit in (3, 5)])))
    app.toggle(key="number_of_several").set_value(False).run()
    assert not checked(app).code
    next(button for button in app.button if button.label == "Read every digit").click().run()
    assert texts(checked(app).code) == "35"
    assert "Read every digit" not in [button.label for button in app.button]
    assert app.toggle(key="number_of_several").value


@needs_network
def test_a_number_is_offered_where_no_digit_was_found_too(app):
    uploaded(app, encoded(np.full((300, 400, 3), 235, np.uint8)))
    assert "Are there several digits?" in texts(app.caption)
    next(button for button in app.button if button.label == "Read every digit").click().run()
    assert texts(checked(app).info) == "No digits were found."
    assert app.toggle(key="number_of_one").value


@needs_network
def test_a_number_is_read_where_it_is_asked_for(app):
    uploaded(app, encoded(photo(3)))
    assert not app.code
    app.toggle(key="number_of_one").set_value(True).run()
    assert texts(checked(app).code) == "3"


@needs_network
def test_an_uploaded_photo_is_still_there_after_another_page_until_it_is_removed(app):
    uploaded(app, encoded(photo(3)))
    app.switch_page(ARCHITECTURE).run()
    app.switch_page(PREDICTION).run()
    assert digit(checked(app)) == "3"
    assert "Still here" in texts(app.caption)
    next(button for button in app.button if button.label == "Remove").click().run()
    assert digit(checked(app)) is None


@needs_network
def test_camera_photo_is_answered(app):
    prediction(app, "camera")
    app.camera_input(key="camera").set_value(("camera.jpg", encoded(photo(6), ".jpg"), "image/jpeg")).run()
    assert digit(checked(app)) == "6"


@needs_network
def test_drawing_is_answered_and_cleared(app, drawn):
    prediction(app, "draw")
    assert digit(app) is None
    drawn.strokes = strokes_of(4)
    app.run()
    assert digit(checked(app)) == "4"
    drawn.strokes = ()
    app.run()
    assert digit(checked(app)) is None


@needs_network
def test_drawing_is_kept_while_on_another_page_or_in_another_mode(app, drawn):
    prediction(app, "draw")
    drawn.strokes, drawn.pen = strokes_of(4), 32
    app.run()
    app.switch_page(ARCHITECTURE).run()
    assert "Your last digit" in app.radio(key="looked_at").options
    drawn.strokes = drawn.pen = None
    app.switch_page(PREDICTION).run()
    assert digit(checked(app)) == "4"
    assert drawn.asked[-1]["pen"] == 32
    prediction(app, "mnist")
    prediction(app, "draw")
    assert digit(checked(app)) == "4"
    assert drawn.asked[-1]["start"] == strokes_of(4)


@pytest.fixture
def mnist_labels():
    try:
        return load_test_images()[1]
    except MnistUnavailable as error:
        pytest.skip(f"needs MNIST: {error}")


@needs_network
def test_mnist_image_by_index_shows_its_label(app, mnist_labels):
    prediction(app, "mnist")
    app.number_input(key="mnist_index_0").set_value(17).run()
    assert digit(checked(app)) == str(mnist_labels[17])
    assert texts(app.success) == f"**Right.** The label is {mnist_labels[17]}."
    assert step_titles(app) == []


@needs_network
def test_wrong_mnist_answer_is_called_wrong(app, mnist_labels, monkeypatch):
    monkeypatch.setattr(
        "ui.results._mnist_test", lambda *_, **__: (np.zeros((3, 28, 28), np.uint8), np.array([1, 2, 9]))
    )
    prediction(app, "mnist")
    labels = {1, 2, 9}
    shown = []
    for index in range(3):
        app.number_input(key="mnist_index_0").set_value(index).run()
        shown.append(texts(checked(app).error))
    # One image cannot be three digits: at least two of the labels are wrong.
    assert sum(text.startswith("**Wrong.** The label is ") for text in shown) >= len(labels) - 1


@needs_network
def test_random_shows_its_index_after_a_number_out_of_range(app, mnist_labels):
    prediction(app, "mnist")
    before = app.number_input[0].key
    next(button for button in app.button if button.label == "Random").click().run()
    # A new box, so that the browser forgets the number that it refused.
    assert app.number_input[0].key != before
    assert app.number_input[0].value == app.session_state.mnist_index


@needs_network
def test_random_mnist_image(app, mnist_labels):
    prediction(app, "mnist")
    seen = set()
    for _ in range(3):
        next(button for button in app.button if button.label == "Random").click().run()
        (index,) = [box.value for box in app.number_input]
        seen.add(index)
        assert f"The label is {mnist_labels[index]}." in texts([*checked(app).success, *app.error])
    assert len(seen) > 1


# --- Bad input -------------------------------------------------------------------------------------------------


def gigantic_png() -> bytes:
    """Return a PNG that claims 30,000×30,000 pixels and holds 8×8."""
    data = bytearray(encoded(np.zeros((8, 8, 3), np.uint8)))
    data[16:24] = (30_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"These are notes, not a picture.", id="not an image"),
        pytest.param(encoded(photo(3), ".jpg")[:2000], id="truncated"),
        pytest.param(gigantic_png(), id="30,000x30,000"),
        pytest.param(encoded(np.zeros((1, 1, 3), np.uint8)), id="1x1"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(app, data):
    uploaded(app, data)
    assert len(app.error) == 1
    assert app.error[0].value.endswith(".")
    assert "\n" not in app.error[0].value
    assert digit(app) is None
    assert step_titles(app) == []


@needs_network
@pytest.mark.parametrize("grey", [255, 0, 128])
def test_blank_photo_gets_no_digit_but_advice_and_the_steps_so_far(app, grey):
    uploaded(app, encoded(np.full((300, 400, 3), grey, np.uint8)))
    assert digit(app) is None
    assert texts(app.warning).startswith("**No digit was found.** ")
    assert 0 < len(step_titles(app)) < len(STEPS)
    assert not app.error


@needs_network
def test_after_a_bad_file_the_next_one_is_read(app):
    uploaded(app, b"nothing")
    app.file_uploader(key="file").set_value(("six.png", encoded(photo(6)), "image/png")).run()
    assert digit(checked(app)) == "6"
    assert not app.error


# --- Settings --------------------------------------------------------------------------------------------------


@needs_network
def test_tta_shows_five_votes(app):
    uploaded(app, encoded(photo(8)))
    assert "Several looks (TTA)" not in texts(app.subheader)
    app.toggle(key="tta").set_value(True).run()
    assert digit(checked(app)) == "8"
    assert "Several looks (TTA)" in texts(app.subheader)


@needs_network
def test_settings_are_kept_on_the_way_to_another_page(app):
    prediction(app, "upload")
    app.toggle(key="tta").set_value(True).run()
    app.switch_page(PERFORMANCE).run()
    app.switch_page(PREDICTION).run()
    assert checked(app).toggle(key="tta").value is True


@needs_network
def test_without_weights_the_photo_is_read_and_one_line_says_so(app, monkeypatch, tmp_path):
    monkeypatch.setenv("U2NET_HOME", str(tmp_path))
    uploaded(app, encoded(photo(3)))
    app.radio(key="rembg").set_value("always").run()
    assert digit(checked(app)) == "3"
    assert "The weights of u2netp are not here. Photos are read without rembg." in texts(app.caption)


def test_weights_that_cannot_be_downloaded_are_one_sentence(app, monkeypatch, tmp_path):
    def refuse(model):
        raise cutout.CutoutUnavailable(f"No network for {model}.")

    monkeypatch.setenv("U2NET_HOME", str(tmp_path))
    monkeypatch.setattr(cutout, "download_weights", refuse)
    prediction(app, "upload")
    next(button for button in app.button if button.label == "Download u2netp").click().run()
    assert texts(checked(app).error) == "No network for u2netp."


def test_drawing_needs_no_background_removal(app, drawn):
    prediction(app, "draw")
    assert not app.radio


# --- What is missing -------------------------------------------------------------------------------------------


def test_without_any_model_file_every_page_is_drawn(app, no_models):
    app.run()
    assert "make evaluate" in texts(checked(app).caption)
    app.switch_page(ARCHITECTURE).run()
    assert len(checked(app).error) == 1
    app.switch_page(PERFORMANCE).run()
    assert "`make evaluate`" in texts(checked(app).info)
    for name, commands in {
        "photos": ("digitlens benchmark", "make scenes", "make ablation", "make verdicts"),
        "damaged": ("make evaluate",),
        "networks": ("make evaluate", "training.development", "training.train"),
        "speed": ("make benchmark",),
    }.items():
        said = texts(room(app, "performance", name).info)
        assert [command for command in commands if command not in said] == []


def test_without_a_network_the_steps_are_still_shown(app, no_models):
    uploaded(app, encoded(photo(3)))
    assert len(app.error) == 1
    assert digit(app) is None
    assert len(step_titles(app)) == len(STEPS)


def test_damaged_results_are_as_good_as_none(app, no_models):
    (no_models / "mnist_cnn_evaluation.json").write_text('{"test": ')
    (no_models / "mnist_cnn_history.csv").write_text("epoch,loss\n1\n")
    app.switch_page(PERFORMANCE).run()
    assert "`make evaluate`" in texts(checked(app).info)
    assert "training.train" in texts(room(app, "performance", "networks").info)


def test_missing_mnist_is_a_message_in_that_mode_only(app, monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "missing.npz"))
    prediction(app, "mnist")
    assert "missing.npz" in texts(app.info)
    assert all(button.label != "Download MNIST (11 MB)" for button in app.button)
    app.segmented_control(key="mode").set_value("upload").run()
    assert not checked(app).info


def test_mnist_can_be_downloaded_where_it_is_missing(app, monkeypatch, tmp_path):
    def refuse():
        raise MnistUnavailable("No network.")

    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setattr("inference.mnist.CACHE", tmp_path / "mnist.npz")
    monkeypatch.setattr("ui.results.download_mnist", refuse)
    prediction(app, "mnist")
    next(button for button in app.button if button.label == "Download MNIST (11 MB)").click().run()
    assert texts(checked(app).error) == "No network."


def test_the_way_of_a_photo_loads_no_heavy_package():
    script = f"""
import sys
from streamlit.testing.v1 import AppTest
from inference.samples import encoded, photo
app = AppTest.from_file({str(HOME)!r}, default_timeout={SECONDS}).run()
app.switch_page({PREDICTION!r}).run()
app.file_uploader(key="file").set_value(("three.png", encoded(photo(3)), "image/png")).run()
assert not app.exception and app.subheader
print(*set("pandas pyarrow altair matplotlib pymatting tensorflow".split()).intersection(sys.modules))
"""
    folders = os.pathsep.join([str(HOME.parent), str(HOME.parent.parent)])
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": folders}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


# --- Figures come from the files -------------------------------------------------------------------------------

EVALUATION = {
    "test": {"images": 10_000, "accuracy": 0.4321, "interval": [0.42, 0.44]},
    "confusion": [[90 if true == read else 1 for read in range(10)] for true in range(10)],
    "per_class": [{"digit": digit, "precision": 0.5, "recall": None if digit == 9 else 0.25} for digit in range(10)],
    "calibration": {
        "temperature": 0.5,
        "before": {"nll": 1.0, "brier": 1.0, "ece": 0.09},
        "after": {"nll": 1.0, "brier": 1.0, "ece": 0.01},
    },
    "tta": {
        "views": ["as it is", "turned by 9°"],
        "validation_accuracy": 0.9,
        "validation_accuracy_one_pass": 0.8,
        "gain_points": 10.0,
        "cost_ratio": 4.9,
    },
    "keras_onnx_difference": 1e-7,
    "onnx_sha256": "of another network",
}
LAYERS = [
    ("image", "InputLayer", [28, 28, 1], 0),
    ("conv1", "Conv2D", [28, 28, 8], 72),
    ("block1", "ReLU", [28, 28, 8], 0),
    ("pool1", "MaxPooling2D", [14, 14, 8], 0),
    ("conv2a", "Conv2D", [14, 14, 8], 576),
    ("relu2a", "ReLU", [14, 14, 8], 0),
    ("conv2b", "Conv2D", [14, 14, 16], 1152),
    ("block2", "ReLU", [14, 14, 16], 0),
    ("global_average", "GlobalAveragePooling2D", [16], 0),
    ("probabilities", "Dense", [10], 170),
]
CARD = {
    "name": "mnist_cnn",
    "input": {"shape": [28, 28, 1], "dtype": "float32", "range": [0, 255], "polarity": "white digit on black"},
    "parameters": 1970,
    "layers": [dict(zip(("name", "kind", "output_shape", "parameters"), layer, strict=True)) for layer in LAYERS],
    "temperature": 0.5,
    "thresholds": {"unsure_below": 0.6},
    "validation": {"images": 5000, "accuracy": 0.3333},
    "made": {
        "settings": {
            "reasons": {"epochs": "because", "validation": "held back"},
            "epochs": 3,
            "validation_images": 5000,
            "blocks": [[3, 4], [5, 6]],
            "augmentation": {"motion_blur": 0.04},
        },
        "training_seconds": 61,
        "date": "2026-01-01",
        "data": {"name": "MNIST", "sha256_of_arrays": "ab" * 32},
        "versions": {"python": "3.11"},
    },
}


def row(right: int, total: int, writers: int, interval: list[float]) -> dict:
    return {"right": right, "total": total, "writers": writers, "accuracy": right / total, "interval": interval}


PHOTOS = {
    "categories": {"all": row(17, 20, 7, [0.6, 0.9]), "photos": row(7, 8, 3, [0.5, 0.98])},
    "parts": {
        "tune": {"tiny_28px": row(3, 8, 2, [0.1, 0.7]), "all": row(11, 16, 5, [0.55, 0.85])},
        "report": {
            "all": row(6, 8, 3, [0.3, 0.9]),
            "photos": row(4, 4, 2, [1.0, 1.0]),
            "on_glass": row(2, 4, 1, [0, 1]),
        },
    },
    "rembg": "auto",
}
BENCHMARK = {"speed": [{"what": "drawing", "way": "ours", "median_ms": 4.2, "goal_ms": 10, "times_faster": 12.5}]}
HISTORY = (
    "epoch,learning_rate,loss,accuracy,val_loss,val_accuracy,seconds\n1,0.1,2,0.5,2,0.6,30\n2,0.1,1,0.7,1,1.0,31\n"
)


@pytest.fixture
def made_up_models(no_models):
    """Files of results with figures that no network ever had."""
    (no_models / "mnist_cnn.json").write_text(json.dumps(CARD))
    (no_models / "mnist_cnn_evaluation.json").write_text(json.dumps(EVALUATION))
    (no_models / "photos.json").write_text(json.dumps(PHOTOS))
    (no_models / "benchmark.json").write_text(json.dumps(BENCHMARK))
    (no_models / "mnist_cnn_history.csv").write_text(HISTORY)
    (no_models / "mnist_cnn.onnx").write_bytes(b"not a network")
    return no_models


def headline(app: AppTest) -> dict[str, str]:
    """Return the figures of the first page below the sample."""
    return {metric.label: metric.value for metric in checked(app).metric if metric.value.endswith("%")}


def test_home_shows_the_figures_of_what_was_kept_apart(app, made_up_models):
    app.run()
    assert headline(app) == {
        "MNIST test images": "43.21 %",
        "Real photos": "100.0 %",
        "Real digits, all kinds": "75.0 %",
    }
    assert "of 8 images  \n95 %: 30.0 to 90.0 %" in texts(app.caption)
    assert "of 4 images  \nno error" in texts(app.caption)
    assert "kept apart from development" in texts(app.caption)


def test_home_shows_the_figures_of_all_real_digits_where_none_was_kept_apart(app, made_up_models):
    (made_up_models / "photos.json").write_text(json.dumps({"categories": PHOTOS["categories"]}))
    app.run()
    assert (headline(app)["Real photos"], headline(app)["Real digits, all kinds"]) == ("87.5 %", "85.0 %")
    assert "kept apart" not in texts(app.caption)


def test_performance_says_first_how_many_digits_are_read_right(app, made_up_models):
    app.switch_page(PERFORMANCE).run()
    figures = {metric.label: metric.value for metric in checked(app).metric}
    assert list(figures.items()) == [
        ("Real photos", "100.0 %"),
        ("Real digits of every kind", "75.0 %"),
        ("MNIST's test images", "43.21 %"),
    ]
    said = texts(app.caption)
    assert "6 of 8 photos, drawings and tiny images, by 3 people  \n95 %: 30.0 to 90.0 %" in said
    assert "4,321 of 10,000 digits" in said
    assert "earlier network" in texts(app.warning)
    for detail in ("ECE", ".keras", ".onnx"):  # for experts, further down
        assert detail not in said + texts(app.markdown)


def test_performance_shows_the_measured_figures(app, made_up_models):
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", "test")
    figures = {metric.label: metric.value for metric in checked(app).metric}
    assert figures["MNIST test accuracy"] == "43.21 %"
    assert figures["Errors"] == "5,679"
    assert figures["Validation accuracy"] == "33.33 %"
    assert figures["Gain in points"] == "+10.00"
    assert figures["Cost in time"] == "4.9 ×"
    assert "earlier network" in texts(app.warning)
    assert len(app.get("vega_lite_chart")) == 1
    assert "| 9 | – | 50.00 % |" in texts(app.markdown)
    assert "evaluation.json" in texts(app.caption)
    room(app, "performance", "photos")
    assert [metric.value for metric in app.metric][:2] == ["100.0 %", "75.0 %"]
    kept_apart, used = (texts([one]) for one in app.markdown if one.value.startswith("| Kind |"))
    assert kept_apart.splitlines()[2:] == [
        "| All kinds | **75.0 %** · 6 of 8 (95 %: 30.0 to 90.0 %) | 3 |",
        "| Photos of paper | **100.0 %** · 4 of 4 (no error) | 2 |",
        "| On glass | **50.0 %** · 2 of 4 (95 %: 0.0 to 100.0 %) | 1 |",
    ]
    assert used.splitlines()[2:] == [
        "| All kinds | **68.8 %** · 11 of 16 (95 %: 55.0 to 85.0 %) | 5 |",
        "| Tiny images (28 pixels) | **37.5 %** · 3 of 8 (95 %: 10.0 to 70.0 %) | 2 |",
    ]
    assert texts(app.markdown).index("**Kept apart.**") < texts(app.markdown).index("**Used in development.**")
    assert "photos.json" in texts(app.caption)
    room(app, "performance", "networks")
    assert len(app.get("vega_lite_chart")) == 2
    assert "history.csv" in texts(app.caption)
    room(app, "performance", "speed")
    assert "| **drawing** · ours | 4.2 ms | 12.5 |" in texts(app.markdown)


def test_performance_shows_all_real_digits_where_they_have_no_parts(app, made_up_models):
    (made_up_models / "photos.json").write_text(json.dumps({"categories": PHOTOS["categories"]}))
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", "photos")
    assert "| Photos of paper | **87.5 %** · 7 of 8 (95 %: 50.0 to 98.0 %) | 3 |" in texts(checked(app).markdown)
    assert "Kept apart" not in texts(app.markdown)


def test_what_is_refused_is_what_the_report_holds_and_the_weakest_comes_first(app, made_up_models):
    def refused(of: str, share: float, *, right: float = 0.0, half: str = "report", kind: str | None = None) -> dict:
        verdicts = {"digit": 5, "not_a_digit": 95}
        row = {"of": of, "kind": kind or of, "half": half, "photos": 100, "verdicts": verdicts, "right": right}
        return {**row, "refused": share, "refused_interval": [share, share]}

    rows = [
        refused("letters", 0.8),
        refused("smoke_signals", 0.4),
        refused("letters", 0.1, half="choose"),
        refused("Greek", 0.2, kind="letters"),
        refused("all that is none, without look-alikes", 0.7),
        refused("rows of digits", 0.3),
        refused("people's photos", 0.1, right=0.9),
    ]
    (made_up_models / "verdicts.json").write_text(json.dumps({"date": "2026-01-02", "verdicts": rows}))
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", "photos")
    none, digits = (one.value for one in app.markdown if "| Refused (95" in one.value)
    names = [[line.split(" | ")[0].strip("| ") for line in table.splitlines()[2:]] for table in (none, digits)]
    assert names == [["Smoke signals (100)", "Letters (100)"], ["Several in a row (100)", "Written by people (100)"]]
    assert {metric.label: metric.value for metric in app.metric}["Refused, of what is no digit"] == "70.0 %"


def test_under_load_says_what_was_not_drawn_and_when_and_where_it_was_measured(app, made_up_models):
    figures = [{"values": {"clients": 8, "drawn": 0, "slowest_seconds": None}}]
    where = {"date": "2026-01-02", "machine": {"processor": "A fast one", "cores": 3}}
    (made_up_models / "stress.json").write_text(json.dumps({"parts": {"load": {**where, "figures": figures}}}))
    server = [
        {"what": "a new row", "value": 0.5, "unit": "s", "goal": 1.0},
        {"what": "another", "value": 1.2, "unit": "ms", "goal": 10.0},
    ]
    (made_up_models / "benchmark.json").write_text(json.dumps({**BENCHMARK, "server": server}))
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", "speed")
    assert "clients: the slowest | not drawn |" in texts(app.markdown)
    assert "From `models/stress.json` (2026-01-02, A fast one, 3 cores)." in texts(app.caption)
    assert "| a new row | 500 ms | 1.0 s |" in texts(app.markdown)
    assert "| another | 1.2 ms | 10 ms |" in texts(app.markdown)


def test_architecture_shows_the_card(app, made_up_models):
    app.switch_page(ARCHITECTURE).run()
    room(app, "architecture", "layers")
    figures = {metric.label: metric.value for metric in checked(app).metric}
    assert figures == {"Parameters": "1,970", "Layers": "10", "Input": "28×28×1"}
    for name, kind, sides, parameters in LAYERS:
        output = "×".join(str(side) for side in sides)
        assert f"| **{name}** {kind} | {output} | {parameters:,} |" in texts(app.markdown).replace("\u200b", "")
    assert "2 convolutions  \n14×14×16  \n1,728 parameters" in texts(app.caption)
    assert "1 convolution  \n28×28×8  \n72 parameters" in texts(app.caption)
    room(app, "architecture", "training")
    assert "- **Epochs: 3.** Because.\n- **Validation images: 5000.** Held back." in texts(app.markdown)
    assert "- **Blocks: 3, 4; 5, 6.** \n- **Augmentation: motion blur 4.0 %.**" in texts(app.markdown)
    assert "trained in 1 min, on 2026-01-01" in texts(app.markdown)


def test_tta_setting_shows_its_measured_gain_and_cost(app, made_up_models):
    prediction(app, "upload")
    assert "+10.00 points of accuracy, 4.9 times" in texts(app.caption)


@needs_network
def test_feature_maps_of_every_source(app, mnist_labels):
    uploaded(app, encoded(photo(3)))
    app.switch_page(ARCHITECTURE).run()
    for source in ("last", "sample", "mnist"):
        app.radio(key="looked_at").set_value(source).run()
        assert "From the digit to the answer" in texts(checked(app).subheader)
        assert set(app.segmented_control(key="closer").options) == {f"Block {n}" for n in range(1, 5)}


def test_feature_maps_are_told_apart_by_a_grey_gap():
    maps = np.zeros((7, 7, 128), np.float32)
    maps[..., 1] = 1
    grid = mosaic(maps)
    assert grid.shape == (8 * 8 - 1, 16 * 8 - 1, 3)
    dark, yellow = grid[0, 0], grid[0, 8]
    assert dark[2] > dark[1]
    assert min(yellow[:2]) > 200
    assert (grid[7::8] == 128).all()
    assert (grid[:, 7::8] == 128).all()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.00023, "0.2 ms"), (0.0123, "12 ms"), (3.42, "3.4 s"), (1500, "25 min"), (7500, "2 h 5 min")],
)
def test_a_time_is_said_in_fitting_units(seconds, words):
    assert duration(seconds) == words


def test_whole_numbers_are_counted_as_they_were_measured(app):
    path = models_folder() / "photos.json"
    if not path.exists():
        pytest.skip(f"needs {path} (digitlens benchmark)")
    measured = json.loads(path.read_text(encoding="utf-8"))["numbers"]["parts"]["report"]
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", "photos")
    right = f"{measured['digits'] - measured['edits']} of {measured['digits']}"
    assert f"{right} digits, in {measured['photos']} photos" in texts(app.caption)
    assert f"| {measured['whole_right']} of {measured['photos']} |" in texts(app.markdown)
