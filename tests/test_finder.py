"""The scripts that fit the finder's scores and that leave steps out."""

import json

import numpy as np
import pytest

from inference import evidence, preprocess, quality, steps
from inference.classifier import models_folder
from tests.drawn import drawing
from training import ablation, finder
from training.scenes import scene


def test_the_weights_in_the_code_are_those_that_were_fitted():
    fitted = json.loads((models_folder() / "finder.json").read_text(encoding="utf-8"))
    assert fitted["certainty"] == {"bias": evidence.BIAS, "weights": evidence.WEIGHTS}
    assert fitted["quality"]["weights"] == quality.WEIGHTS


def test_the_measure_that_tells_right_from_wrong_counts_most():
    rng = np.random.default_rng(0)
    right = rng.random(400) < 0.9
    measures = rng.random((400, len(quality.WEIGHTS)))
    measures[:, 3] = np.where(right, 0.9, 0.2) + rng.normal(0, 0.1, 400)
    weights = finder.fit_quality(measures, right)
    assert max(weights, key=weights.get) == list(quality.WEIGHTS)[3]
    assert min(weights.values()) > 0
    assert sum(weights.values()) == pytest.approx(1)


def test_a_scene_without_its_digit_differs_only_where_that_was():
    image = drawing(7, 28)[..., 0]
    written, bare = (scene(255 - image, 7, "paper", 3, is_written=is_written) for is_written in (True, False))
    row, column, height, width = written.box
    differs = np.abs(written.photo.astype(int) - bare.photo).max(axis=2) > 40
    assert differs[row : row + height, column : column + width].any()
    differs[max(0, row - 12) : row + height + 12, max(0, column - 12) : column + width + 12] = False
    assert not differs.any()


@pytest.mark.parametrize("variant", ablation.VARIANTS, ids=lambda variant: variant.how)
def test_a_step_is_left_out_and_comes_back(variant):
    before = steps.STEPS
    photo = drawing(5)
    with ablation.taken(variant) as config:
        assert [step.apply is variant.plain for step in steps.STEPS].count(True) == (variant.number is not None)
        left_out = preprocess(photo, config)
    assert steps.STEPS is before
    assert left_out.digit.shape == (28, 28)
    assert np.abs(left_out.digit.astype(int) - preprocess(photo, steps.Config(rembg="never")).digit).mean() < 60
