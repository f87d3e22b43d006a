"""The rooms of Architecture and Performance, run as Streamlit runs them (AppTest)."""

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from inference import Classifier, Prediction
from inference.classifier import models_folder
from inference.mnist import MnistUnavailable, load_test_images
from inference.samples import encoded, photo
from tests.rooms import ROOMS
from tests.test_pages import (
    ARCHITECTURE,
    HOME,
    PERFORMANCE,
    app,
    checked,
    needs_network,
    no_models,
    room,
    texts,
    uploaded,
)
from ui.architecture.augmentations import SAMPLES
from ui.architecture.convolution import KERNELS
from ui.architecture.explain import convolved
from ui.digit_choice import sample
from ui.words import number

__all__ = ["app", "no_models"]  # fixtures


def pictures(app) -> list[str]:
    """Return the words for those who cannot see them of all pictures of the page."""
    return [image.alt for element in app.get("image") for image in element.proto.imgs]


# --- Architecture ----------------------------------------------------------------------------------------------


@needs_network
def test_the_walk_ends_in_the_networks_own_answer(app):
    app.switch_page(ARCHITECTURE).run()
    app.selectbox(key="looked_at_digit").set_value(7).run()
    answer = Classifier().predict(sample(7))
    figures = {metric.label: metric.value for metric in checked(app).metric}
    assert figures["Answer"] == str(answer.digit)
    assert len([alt for alt in pictures(app) if "strongest feature maps" in alt]) == 4


@needs_network
def test_class_maps_are_shown_for_the_digits_that_are_asked_for(app):
    app.switch_page(ARCHITECTURE).run()
    (pills,) = (group for group in app.pills if "other digits" in group.label)
    pills.set_value([1, 8, 9]).run()
    shown = [alt for alt in pictures(checked(app)) if "speaks against" in alt]
    assert [f"for {digit} and" in alt for digit, alt in zip((1, 8, 9), shown, strict=True)] == [True] * 3


@needs_network
def test_what_is_no_digit_is_not_called_one(app, monkeypatch):
    strange = Prediction(3, 0.99, np.eye(10)[3], likeness=0.0)
    monkeypatch.setattr(Classifier, "predict", lambda *_: strange)
    app.switch_page(ARCHITECTURE).run()
    assert texts(checked(app).subheader).splitlines()[0] == "If it had to be a digit: why a 3?"


@needs_network
def test_a_kernel_moved_by_hand_shows_its_sum(app):
    app.switch_page(ARCHITECTURE).run()
    room(app, "architecture", "lessons")
    app.selectbox(key="kernel").set_value("level").run()
    app.slider(key="kernel_row").set_value(14)
    app.slider(key="kernel_column").set_value(10).run()
    expected = convolved(sample(4), KERNELS["level"])[14, 10]
    assert expected != 0
    assert {metric.label: metric.value for metric in checked(app).metric}["Their sum"] == number(float(expected))


@needs_network
def test_a_filter_of_the_network_shows_its_bias_and_relu(app):
    app.switch_page(ARCHITECTURE).run()
    room(app, "architecture", "lessons")
    app.selectbox(key="kernel").set_value("network").run()
    assert "ReLU keeps what is above 0" in texts(checked(app).caption)


def test_the_neuron_adds_what_the_sliders_say(app):
    app.switch_page(ARCHITECTURE).run()
    room(app, "architecture", "lessons")
    app.slider(key="neuron_1").set_value(-2.0)
    app.slider(key="neuron_2").set_value(1.0)
    app.slider(key="neuron_bias").set_value(0.5).run()
    assert "0.8 × (−2.0) + 0.3 × 1.0 + 0.5 = −0.80" in texts(checked(app).markdown)
    assert "answers **0.00**" in texts(app.markdown)


@needs_network
def test_augmentations_are_made_anew_and_read(app):
    def made() -> list:
        return [image.url for element in app.get("image") for image in element.proto.imgs if "changed" in image.alt]

    app.switch_page(ARCHITECTURE).run()
    room(app, "architecture", "training")
    first = made()
    assert len(first) == SAMPLES
    next(button for button in app.button if button.label == "Again").click().run()
    assert made() != first
    app.selectbox(key="augmentation").set_value("blur").run()
    assert "of the images had this one" in texts(checked(app).caption)


@needs_network
def test_a_digit_that_was_just_read_comes_first_and_another_choice_is_kept(app):
    app.switch_page(ARCHITECTURE).run()
    assert app.radio(key="looked_at").value == "sample"
    assert "Read a digit of your own" in texts(app.caption)
    uploaded(app, encoded(photo(3)))
    app.switch_page(ARCHITECTURE).run()
    assert "Read a digit of your own" not in texts(app.caption)
    assert texts(app.subheader).splitlines()[0] == "Why a 3? What speaks for it"
    assert checked(app).radio(key="looked_at").value == "last"
    assert {metric.label: metric.value for metric in app.metric}["Answer"] == "3"
    app.radio(key="looked_at").set_value("sample").run()
    room(app, "architecture", "layers")
    room(app, "architecture", "walk")
    assert app.radio(key="looked_at").value == "sample"


def test_no_room_loads_a_heavy_package():
    script = f"""
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(HOME)!r}, default_timeout=60).run()
for page, file in (("architecture", {ARCHITECTURE!r}), ("performance", {PERFORMANCE!r})):
    app.switch_page(file).run()
    for room in ROOMS[page]:
        app.pills(key=page + "_room").set_value(room).run()
        assert not app.exception, room
print(*set("pandas pyarrow altair matplotlib tensorflow".split()).intersection(sys.modules))
"""
    script = f"ROOMS = {ROOMS!r}\n{script}"
    folders = os.pathsep.join([str(HOME.parent), str(HOME.parent.parent)])
    environment = {**os.environ, "PYTHONPATH": folders}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


# --- Performance -----------------------------------------------------------------------------------------------


@needs_network
def test_the_cell_of_the_matrix_opens_its_images(app):
    try:
        load_test_images()
    except MnistUnavailable as error:
        pytest.skip(f"needs MNIST: {error}")
    misread = json.loads((models_folder() / "mnist_cnn_evaluation.json").read_text())["misread"]
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", "test")
    assert len([alt for alt in pictures(checked(app)) if alt.startswith("MNIST test image")]) == len(misread)
    cell = misread[0]["label"], misread[0]["answer"]
    app.selectbox(key="misread_cell").set_value(cell).run()
    own = [row["index"] for row in misread if (row["label"], row["answer"]) == cell]
    shown = [alt for alt in pictures(checked(app)) if alt.startswith("MNIST test image")]
    assert shown == [f"MNIST test image {index}: a {cell[0]} that is read as {cell[1]}" for index in own]


@needs_network
def test_without_mnist_the_misread_images_are_a_list(app, monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "missing.npz"))
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", "test")
    assert "missing.npz" in texts(checked(app).info)
    misread = json.loads((models_folder() / "mnist_cnn_evaluation.json").read_text())["misread"]
    first = misread[0]
    line = "| {index} | {label} | {answer} |"
    assert line.format(**first) in texts(app.markdown)
    app.selectbox(key="misread_cell").set_value((first["label"], first["answer"])).run()
    for row in misread:  # those of the cell, and no picture of all
        is_own = (row["label"], row["answer"]) == (first["label"], first["answer"])
        assert (line.format(**row) in texts(checked(app).markdown)) == is_own
    assert "The images that are misread" not in pictures(app)


@needs_network
def test_a_digit_that_is_damaged_is_read_by_every_network(app):
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", "damaged")
    for strength in (0.0, 1.0):
        app.slider(key="corruption_strength").set_value(strength).run()
        rows = [line for line in texts(checked(app).markdown).splitlines() if line.startswith("| `")]
        with open(models_folder() / "networks.csv", newline="") as file:
            names = {row["name"] for row in csv.DictReader(file)}
        assert {line.split("`")[1] for line in rows} == names
        assert ("before: 4" in "".join(rows)) == (strength > 0)


@needs_network
@pytest.mark.parametrize(
    ("name", "file", "words"),
    [
        ("photos", "scenes.json", "Squared"),
        ("photos", "verdicts.json", "Letters"),
        ("photos", "ablation.json", "Extraction"),
        ("damaged", "mnist_c.csv", "MNIST's test images, damaged"),
        ("networks", "networks.csv", "resnet10"),
        ("networks", "development.csv", "4th block"),
    ],
)
def test_a_missing_file_takes_away_its_own_part_only(app, monkeypatch, tmp_path, name, file, words):
    whole = models_folder()
    for path in whole.iterdir():
        if path.is_file() and path.name != file:
            (tmp_path / path.name).symlink_to(path.resolve())
    app.switch_page(PERFORMANCE).run()
    room(app, "performance", name)
    titles = texts(app.subheader)
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path))
    app.run()
    (said,) = (info.value for info in checked(app).info)
    assert f"`models/{file}`" in said
    assert texts(app.subheader) == titles
    assert not app.error


@needs_network
def test_the_data_are_shown_with_and_without_mnist(app, monkeypatch, tmp_path):
    assert "for the final test" in texts(app.markdown)
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "missing.npz"))
    app.run()
    assert not checked(app).error
    figures = [path for path in ("data_samples.png", "data_means.png") if (models_folder() / "figures" / path).exists()]
    assert len([alt for alt in pictures(app) if "Samples of each digit" in alt]) == len(figures)


@needs_network
def test_another_sample_is_read_on_the_first_page(app):
    before = next(metric.value for metric in app.metric if metric.label == "Read as")
    next(button for button in app.button if button.label == "Another one").click().run()
    assert next(metric.value for metric in checked(app).metric if metric.label == "Read as") != before


def test_a_table_that_was_cut_short_is_as_good_as_none(app, no_models):
    (no_models / "networks.csv").write_text("name,parameters\nmnist_cnn\n")
    app.switch_page(PERFORMANCE).run()
    assert "`models/networks.csv`" in texts(room(app, "performance", "networks").info)
