"""The documents that are made from code and figures say what these say today."""

import re

import pytest

from inference.classifier import models_folder
from training.documents import PREPROCESSING, README, preprocessing, readme
from training.evaluation.model_card import model_card


def test_the_steps_are_documented():
    assert PREPROCESSING.read_text(encoding="utf-8") == preprocessing(), "run: make documents"


def test_the_results_are_those_of_the_files():
    for name in ("mnist_cnn_evaluation.json", "photos.json", "scenes.json", "benchmark.json"):
        if not (models_folder() / name).exists():
            pytest.skip(f"models/{name} is absent")
    assert README.read_text(encoding="utf-8") == readme(), "run: make documents"


def test_the_model_card_is_that_of_the_files():
    if not (models_folder() / "mnist_cnn_evaluation.json").exists():
        pytest.skip("models/mnist_cnn_evaluation.json is absent")
    written = (models_folder() / "README.md").read_text(encoding="utf-8")
    assert written == model_card(models_folder()), "run: make documents"


def test_the_licence_of_every_required_package_is_listed():
    listed = (README.parent / "LICENSES.md").read_text(encoding="utf-8").lower()
    for line in (README.parent / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, version = line.split("==")
            name = re.sub("[-_.]+", "[-_.]", name.lower())
            row = re.search(rf"^\| {name} +\| {re.escape(version)} +\| (.+?) +\|", listed, re.MULTILINE)
            assert row, f"{line} is not in LICENSES.md: make audit"
            assert row[1] != "unknown"
