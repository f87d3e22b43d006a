"""The committed networks: their files agree with each other, and the figures beside them are their own."""

import csv
import hashlib
import json

import keras
import numpy as np
import onnxruntime
import pytest

from inference import mnist, preprocess
from inference.augmentation import OPERATIONS
from inference.samples import DIGITS, drawing
from training.evaluate import MOST_DIFFERENCE
from training.evaluation.figures import GALLERY, GALLERY_OF_OTHERS
from training.evaluation.measures import comment, confusion_matrix
from training.evaluation.mnist_c import load_mnist_c
from training.evaluation.probabilities import keras_probabilities, onnx_probabilities
from training.evaluation.tables import read_table
from training.export import MODELS, layer_table

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NAMES = sorted(path.stem for path in MODELS.glob("*.onnx"))
MOST_BYTES = 6_000_000
TEST_IMAGES_OF_EACH_DIGIT = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def committed(name: str, ending: str):
    """Return a file of models/, or skip by its name."""
    path = MODELS / f"{name}{ending}"
    if not path.exists():
        pytest.skip(f"models/{path.name} is not there")
    return path


def card_of(name: str) -> dict:
    return json.loads(committed(name, ".json").read_text())


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model(name):
    return keras.models.load_model(committed(name, ".keras"), compile=False)


@pytest.fixture(scope="module")
def digits():
    """Drawn digits as the network is given them, with noisier and fainter copies: (60, 28, 28) uint8."""
    clean = np.stack([preprocess(drawing(digit, seed)[..., :3]).digit for seed in (0, 1) for digit in DIGITS])
    noise = np.random.default_rng(0).normal(0, 30, clean.shape)
    return np.concatenate([clean, np.clip(clean + noise, 0, 255), clean // 2]).astype(np.uint8)


def test_the_default_network_is_there():
    for ending in (".onnx", ".keras", ".json", "_history.csv"):
        committed("mnist_cnn", ending)


def test_the_card_counts_what_the_keras_file_holds(name, model):
    card = card_of(name)
    assert card["name"] == name
    assert card["parameters"] == model.count_params() == sum(row["parameters"] for row in card["layers"])
    assert card["layers"] == layer_table(model)
    assert tuple(card["input"]["shape"]) == model.input_shape[1:] == (28, 28, 1)
    assert card["input"]["range"] == [0, 255]


def test_the_main_network_is_the_one_described():
    card = card_of("mnist_cnn")
    assert card["parameters"] == 379_434
    assert card["made"]["settings"]["blocks"] == [[32, 32], [48, 48], [80, 80], [128, 128]]


def test_the_card_says_how_it_was_made(name):
    made = card_of(name)["made"]
    assert made["data"]["sha256_of_arrays"] == mnist.CHECKSUM
    assert isinstance(made["settings"]["seed"], int)
    assert {"python", "tensorflow", "keras", "numpy"} <= made["versions"].keys()
    assert len(made["date"].split("-")) == 3


def test_temperature_and_threshold_are_sane(name):
    card = card_of(name)
    assert 0.2 < card["temperature"] < 5
    assert 0.1 < card["thresholds"]["unsure_below"] < 1
    assert card["validation"]["accuracy"] > 0.9
    assert card["validation"]["ece_after_temperature"] <= card["validation"]["ece_before_temperature"]


@pytest.mark.parametrize("ending", [".keras", ".onnx"])
def test_the_files_are_small_enough_for_the_repository(name, ending):
    assert committed(name, ending).stat().st_size < MOST_BYTES


def test_the_history_is_that_of_the_card(name):
    card = card_of(name)
    with committed(name, "_history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [round(float(row["epoch"])) for row in rows] == list(range(1, card["made"]["settings"]["epochs"] + 1))
    # The history was measured in the precision of the training, the card in float32.
    assert float(rows[-1]["val_accuracy"]) == pytest.approx(card["validation"]["accuracy"], abs=0.002)


def test_the_onnx_file_keeps_its_contract(name):
    session = onnxruntime.InferenceSession(committed(name, ".onnx"), providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    assert (given.type, given.shape[1:]) == ("tensor(float)", [28, 28, 1])
    assert not isinstance(given.shape[0], int)  # any number of images
    outputs = [output.name for output in session.get_outputs()]
    assert outputs[0] == "probabilities"
    assert session.get_outputs()[0].shape[1:] == [10]
    if name == "mnist_cnn":
        assert outputs[1:] == ["block1", "block2", "block3", "block4"]


def test_onnx_and_keras_are_the_same_network(name, digits):
    through_onnx = onnx_probabilities(committed(name, ".onnx"), digits)
    through_keras = keras_probabilities(committed(name, ".keras"), digits)
    np.testing.assert_allclose(through_onnx.sum(axis=1), 1, atol=1e-5)
    assert len(set(through_onnx.argmax(axis=1))) > 5  # else the comparison would prove little
    np.testing.assert_allclose(through_onnx, through_keras, rtol=0, atol=MOST_DIFFERENCE)


@pytest.fixture(scope="module")
def evaluation(name):
    path = committed(name, "_evaluation.json")
    return json.loads(path.read_text())


def test_the_evaluation_is_of_this_onnx_file(name, evaluation):
    assert evaluation["onnx_sha256"] == hashlib.sha256(committed(name, ".onnx").read_bytes()).hexdigest()
    assert evaluation["calibration"]["temperature"] == card_of(name)["temperature"]


def test_the_evaluation_adds_up(evaluation):
    confusion = np.array(evaluation["confusion"])
    assert confusion.sum(axis=1).tolist() == TEST_IMAGES_OF_EACH_DIGIT
    accuracy = np.trace(confusion) / confusion.sum()
    assert evaluation["test"]["images"] == 10_000
    assert evaluation["test"]["accuracy"] == pytest.approx(accuracy)
    low, high = evaluation["test"]["interval"]
    assert low < accuracy < high
    assert high - low < 0.01
    for row in evaluation["per_class"]:
        digit = row["digit"]
        assert row["recall"] == pytest.approx(confusion[digit, digit] / confusion[digit].sum())
        assert row["precision"] == pytest.approx(confusion[digit, digit] / confusion[:, digit].sum())
    tta = evaluation["tta"]
    gain = 100 * (tta["validation_accuracy"] - tta["validation_accuracy_one_pass"])
    assert tta["gain_points"] == pytest.approx(gain, abs=1e-3)
    assert 1 < tta["cost_ratio"] < 20
    assert evaluation["keras_onnx_difference"] <= MOST_DIFFERENCE


def test_what_is_said_of_the_errors_is_true(evaluation):
    confusion = np.array(evaluation["confusion"])
    assert evaluation["comment"] == comment(confusion)
    errors = confusion * (1 - np.eye(10, dtype=int))
    np.testing.assert_array_equal(confusion_matrix(*_misread(evaluation, "label", "answer")), errors)
    clean = evaluation["test_without_wrong_labels"]
    assert clean["images"] == 10_000 - 15
    assert clean["errors"] == sum(not row["wrong_label"] for row in evaluation["misread"])


def _misread(evaluation: dict, *columns: str) -> list[np.ndarray]:
    return [np.array([row[column] for row in evaluation["misread"]], int) for column in columns]


def test_the_tables_are_made_from_the_evaluations(name, evaluation):
    (row,) = [row for row in read_table(committed("networks", ".csv")) if row["name"] == name]
    assert row["test_accuracy"] == evaluation["test"]["accuracy"]
    assert row["onnx_bytes"] == committed(name, ".onnx").stat().st_size
    for file, part in (("own_corruptions", "own_corruptions"), ("mnist_c", "mnist_c")):
        mean = read_table(committed(file, ".csv"))[-1]
        assert mean[name] == pytest.approx(evaluation[part]["mean"], abs=1e-6)


def test_the_pictures_are_small_and_show_few_of_mnists_images():
    pictures = list((MODELS / "figures").glob("*.png"))
    for path in pictures:
        assert path.stat().st_size < 300_000, path.name
    shown = sum(
        min(GALLERY if name == "mnist_cnn" else GALLERY_OF_OTHERS, len(json.loads(path.read_text())["misread"]))
        for name in NAMES
        if (path := MODELS / f"{name}_evaluation.json").exists()
    )
    # data_samples.png shows ten of each digit, data_augmentations.png each operation four times.
    assert shown + 100 + 4 * len(OPERATIONS) <= 300


def test_the_main_network_answers_fifty_times_faster_than_keras():
    speed = json.loads(committed("mnist_cnn", "_evaluation.json").read_text())["speed"]
    assert speed["times_faster"] >= 50


def test_each_seed_is_among_the_figures_and_one_of_them_ships():
    folders = sorted(path.parent.name for path in MODELS.glob("seeds/*/mnist_cnn.onnx"))
    if not folders:
        assert not (MODELS / "seeds.csv").exists()
        return
    *rows, mean, _ = read_table(committed("seeds", ".csv"))
    assert [str(row["seed"]) for row in rows] == folders
    for row in rows:
        card = json.loads((MODELS / "seeds" / str(row["seed"]) / "mnist_cnn.json").read_text())
        assert row["validation_accuracy"] == pytest.approx(card["validation"]["accuracy"], abs=4e-4)
    assert mean["test_accuracy"] == pytest.approx(np.mean([row["test_accuracy"] for row in rows]), abs=1e-6)
    shipped = committed("mnist_cnn", ".onnx").read_bytes()
    assert shipped in [(MODELS / "seeds" / folder / "mnist_cnn.onnx").read_bytes() for folder in folders]


def test_the_temperature_makes_the_confidence_more_honest_where_it_was_fitted(name, evaluation):
    validation = card_of(name)["validation"]
    assert validation["nll_after_temperature"] <= validation["nll_before_temperature"]
    assert evaluation["calibration"]["after"]["ece"] < 0.01


def test_the_temperature_makes_the_main_network_more_honest_on_test_images_too():
    # The references were trained without label smoothing: their temperature is near 1, and what it changes is chance.
    measured = json.loads(committed("mnist_cnn", "_evaluation.json").read_text())["calibration"]
    for measure in ("nll", "brier", "ece"):
        assert measured["after"][measure] < measured["before"][measure]
    assert measured["after"]["ece"] <= 0.005


def test_the_main_network_reaches_its_goal():
    evaluation = json.loads(committed("mnist_cnn", "_evaluation.json").read_text())
    assert evaluation["test"]["accuracy"] >= 0.995


@pytest.mark.skipif(
    not mnist.mnist_path().exists(), reason="MNIST is not on this machine: set MNIST_NPZ to a copy of mnist.npz"
)
def test_the_test_accuracy_is_what_it_is_said_to_be(name, evaluation):
    data = mnist.load_mnist()
    answers = onnx_probabilities(committed(name, ".onnx"), data.x_test).argmax(axis=1)
    confusion = confusion_matrix(data.y_test, answers)
    # A border case may fall the other way on another processor; more than that is another network.
    assert np.abs(confusion - np.array(evaluation["confusion"])).sum() <= 4
    assert np.trace(confusion) / 10_000 == pytest.approx(evaluation["test"]["accuracy"], abs=2e-4)


def test_the_errors_on_mnist_c_are_what_they_are_said_to_be(name, evaluation):
    data = load_mnist_c()
    if data is None:
        pytest.skip("MNIST-C is not on this machine: set MNIST_C_NPZ")
    said = evaluation["mnist_c"]
    assert said["images"] == len(data.labels)
    assert said["mean"] == pytest.approx(np.mean(list(said["errors"].values())))
    for corruption in ("fog", "zigzag"):  # two of fifteen, for time
        answers = onnx_probabilities(committed(name, ".onnx"), data.images[corruption]).argmax(axis=1)
        assert (answers != data.labels).mean() == pytest.approx(said["errors"][corruption], abs=2e-3)
