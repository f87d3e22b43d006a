"""Distillation: what the teachers answer, what is learnt of it, and a network that continues another."""

import json

import keras
import numpy as np
import pytest

from inference.classifier import NetworkUnavailable
from tests.small import small_mnist, take_for_mnist
from training import distillation, train
from training.data import AugmentedBatches
from training.distillation import Lessons
from training.export import export_network
from training.sources import Split
from training.train import read_settings

# Keras' own way to look at its variables, of no concern here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

LABELS = np.array([3, 7], np.uint8)
SEE = {"teachers_see": ["affine"], "temperature": 2.0, "label_share": 0.2}


def constant_teacher(folder, name, probabilities, temperature=1.0):
    """A network that gives the same answer to every image, as the files of models/."""
    image = keras.Input((28, 28, 1), name="image")
    x = keras.layers.GlobalAveragePooling2D(name="block1")(image)
    dense = keras.layers.Dense(10, activation="softmax", name="probabilities")
    model = keras.Model(image, dense(x))
    dense.set_weights([np.zeros((1, 10), np.float32), np.log(probabilities).astype(np.float32)])
    export_network(model, folder / name)
    (folder / f"{name}.json").write_text(json.dumps({"temperature": temperature}))


def sure_of(digit, confidence):
    probabilities = np.full(10, (1 - confidence) / 9)
    probabilities[digit] = confidence
    return probabilities


@pytest.fixture
def two_teachers(tmp_path, monkeypatch):
    monkeypatch.setattr(distillation, "MODELS", tmp_path)
    constant_teacher(tmp_path, "one", sure_of(3, 0.9))
    constant_teacher(tmp_path, "other", sure_of(3, 0.6))
    return tmp_path


def settings_for(*teachers, **changes):
    return {
        "validation_seed": 1,
        "seed": 5,
        "batch_size": 2,
        "augmentation": {"affine": 1.0, "noise": 1.0},
        "distillation": {"teachers": list(teachers), **SEE, **changes},
    }


def two_images():
    images = np.zeros((2, 28, 28), np.uint8)
    images[:, 6:22, 12:16] = 255
    return Split(images, LABELS)


def test_what_is_learnt_is_the_label_and_the_softened_mean_of_the_teachers(two_teachers, tmp_path):
    _, learnt = Lessons(two_images(), settings_for("one", "other"), tmp_path).epoch(0)
    mean = np.sqrt(sure_of(3, 0.9) * sure_of(3, 0.6))  # geometric
    soft = np.sqrt(mean / mean.sum())  # temperature 2
    soft /= soft.sum()
    expected = 0.2 * np.eye(10)[LABELS] + 0.8 * soft
    np.testing.assert_allclose(learnt, expected, atol=1e-3)
    np.testing.assert_allclose(learnt.sum(axis=1), 1, atol=1e-5)


def test_a_teacher_is_heard_as_its_card_calibrates_it(two_teachers, tmp_path):
    constant_teacher(two_teachers, "smoothed", np.sqrt(sure_of(3, 0.9)), temperature=0.5)
    settings = settings_for("smoothed", temperature=1.0, label_share=0.0)
    _, learnt = Lessons(two_images(), settings, tmp_path).epoch(0)
    np.testing.assert_allclose(learnt[0], sure_of(3, 0.9), atol=1e-3)


def test_the_answers_are_asked_for_once_and_again_where_anything_differs(two_teachers, tmp_path, monkeypatch):
    asked = []
    ask = distillation.onnx_probabilities
    monkeypatch.setattr(distillation, "onnx_probabilities", lambda *a: asked.append(a) or ask(*a))
    images, learnt = Lessons(two_images(), settings_for("one"), tmp_path).epoch(0)
    again = Lessons(two_images(), settings_for("one") | {"seed": 6}, tmp_path).epoch(0)
    assert len(asked) == 1
    np.testing.assert_array_equal(images, again[0])
    np.testing.assert_array_equal(learnt, again[1])
    Lessons(two_images(), settings_for("one"), tmp_path).epoch(1)
    Lessons(two_images(), settings_for("other"), tmp_path).epoch(0)
    Lessons(two_images(), settings_for("one", teachers_see=["noise"]), tmp_path).epoch(0)
    assert len(asked) == 4


def test_teachers_see_the_hand_and_the_pupil_the_noise_too(two_teachers, tmp_path):
    lessons = Lessons(two_images(), settings_for("one"), tmp_path)
    seen, learnt = lessons.epoch(0)
    assert not np.array_equal(seen, two_images().images)  # affine
    assert (seen[:, 0, 0] == 0).all()
    batches = AugmentedBatches(two_images(), settings_for("one"), 0, lessons)
    images, targets = batches[0]
    assert np.count_nonzero(images[:, :4, :4]) > 10  # noise
    assert {tuple(row) for row in targets} == {tuple(row) for row in learnt}


def test_a_missing_teacher_is_one_sentence(two_teachers, tmp_path):
    (two_teachers / "other.onnx").unlink()
    with pytest.raises(NetworkUnavailable, match=r"other\.onnx, a teacher, is missing"):
        Lessons(two_images(), settings_for("one", "other"), tmp_path)


@pytest.mark.parametrize("card", [None, "{", "{}"])
def test_a_teacher_without_its_card_is_one_sentence(two_teachers, tmp_path, card):
    (two_teachers / "one.json").unlink() if card is None else (two_teachers / "one.json").write_text(card)
    with pytest.raises(NetworkUnavailable, match=r"one\.json, a teacher's card, is missing or damaged"):
        Lessons(two_images(), settings_for("one"), tmp_path)


def test_answers_that_are_damaged_are_asked_for_again(two_teachers, tmp_path):
    _, learnt = Lessons(two_images(), settings_for("one"), tmp_path).epoch(0)
    (kept,) = tmp_path.glob("answers-*/epoch-1.npy")
    kept.write_bytes(kept.read_bytes()[:100])
    np.testing.assert_array_equal(Lessons(two_images(), settings_for("one"), tmp_path).epoch(0)[1], learnt)


def test_a_run_knows_the_networks_that_it_learns_from(two_teachers, monkeypatch):
    monkeypatch.setattr(train, "MODELS", two_teachers)
    settings = settings_for("one") | {"continues": "early/{seed}/net"}
    with pytest.raises(NetworkUnavailable, match=r"early/5/net\.keras is missing"):
        train.learnt_from(settings)
    (two_teachers / "early" / "5").mkdir(parents=True)
    (two_teachers / "early" / "5" / "net.keras").write_bytes(b"weights")
    before = train.learnt_from(settings)
    assert list(before) == ["early/5/net.keras", "one.onnx", "one.json"]
    (two_teachers / "early" / "5" / "net.keras").write_bytes(b"others")
    after = train.learnt_from(settings)
    assert [name for name in before if before[name] != after[name]] == ["early/5/net.keras"]


def test_a_network_continues_the_one_that_its_settings_name(tmp_path, monkeypatch):
    take_for_mnist(small_mnist(), tmp_path / "small.npz", monkeypatch)
    tiny = {
        **read_settings("first_stage"),
        "blocks": [[2], [2], [2], [2]],
        "epochs": 1,
        "batch_size": 20,
        "validation_images": 20,
        "learning_rate": 0.0,
        "precision": "float32",
        "seed": 2,
    }
    first, _ = train.train(tiny, tmp_path / "first")
    (tmp_path / "early" / "2").mkdir(parents=True)
    export_network(first, tmp_path / "early" / "2" / "net")
    monkeypatch.setattr(train, "MODELS", tmp_path)
    second, _ = train.train({**tiny, "continues": "early/{seed}/net", "label_smoothing": 0.0}, tmp_path / "second")
    kernels = [network.get_layer("conv1").get_weights()[0] for network in (first, second)]
    np.testing.assert_array_equal(*kernels)


def test_the_recipe_hears_at_most_three_teachers():
    assert len(read_settings("mnist_cnn")["distillation"]["teachers"]) <= 3
