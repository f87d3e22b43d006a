"""The evaluation: its measures by known answers, the data sets it reads, and the whole of it on tiny networks."""

import csv
import json
import zlib

import cv2
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inference import augmentation, mnist
from inference.classifier import NetworkUnavailable
from inference.samples import written as drawn
from inference.tta import TTA_VIEWS, View
from tests.small import small_mnist, take_for_mnist
from training import evaluate
from training.calibration import expected_calibration_error, reliability_bins
from training.data import Split, training_and_validation
from training.evaluation import figures, mnist_c, robustness, runs, tta, wrong_labels
from training.evaluation.comparison import FORMAT
from training.evaluation.material import Material
from training.evaluation.measures import accuracy, comment, confusion_matrix, per_class, percent, wilson_interval
from training.evaluation.model_card import model_card
from training.evaluation.tables import read_table, write_table
from training.evaluation.timing import medians
from training.export import export_network, write_card
from training.networks import mnist_cnn
from training.sources import load_data

# Keras' own way to look at its variables, of no concern here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

needs_mnist = pytest.mark.skipif(
    not mnist.mnist_path().exists(), reason="MNIST is not on this machine: set MNIST_NPZ to a copy of mnist.npz"
)


# --- Measures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 1998, table I
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_by_published_values(right, total, low, high):
    assert wilson_interval(right, total) == pytest.approx((low, high), abs=5e-5)
    mirrored = wilson_interval(total - right, total)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=5e-5)


@given(total=st.integers(1, 20_000), share=st.floats(0, 1))
def test_the_interval_holds_the_share_and_narrows_with_more_images(total, share):
    right = round(share * total)
    low, high = wilson_interval(right, total)
    assert 0 <= low <= right / total + 1e-9
    assert right / total - 1e-9 <= high <= 1
    more_low, more_high = wilson_interval(10 * right, 10 * total)
    assert more_high - more_low < high - low


def test_accuracy_of_a_small_case():
    row = accuracy(np.array([1, 2, 3, 3]), np.array([1, 2, 3, 4]))
    assert (row["images"], row["errors"], row["accuracy"]) == (4, 1, 0.75)
    assert row["interval"] == pytest.approx(wilson_interval(3, 4))


def test_confusion_precision_and_recall_of_a_small_case():
    labels, answers = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 1, 1])
    confusion = confusion_matrix(labels, answers)
    assert confusion[0, :2].tolist() == [2, 1]
    rows = per_class(confusion)
    assert rows[0] == {"digit": 0, "precision": 1.0, "recall": pytest.approx(2 / 3)}
    assert rows[1] == {"digit": 1, "precision": pytest.approx(1 / 3), "recall": 1.0}
    assert rows[2] == {"digit": 2, "precision": None, "recall": 0.0}
    assert rows[3] == {"digit": 3, "precision": None, "recall": None}


def confused(*mistakes: tuple[int, int, int]) -> np.ndarray:
    """Return the matrix of a network that is shown each digit 1,000 times and makes these (digit, answer, times)."""
    counts = np.diag(np.full(10, 1000))
    for digit, answer, times in mistakes:
        counts[digit, digit] -= times
        counts[digit, answer] += times
    return counts


@pytest.mark.parametrize(
    ("confusion", "words"),
    [
        (confused(), "No digit is taken for another. Every digit is found in 100.00 % of the cases."),
        (
            confused((4, 9, 2), (9, 4, 4), (7, 1, 5)),
            "4 and 9 are mixed up most, six times: 4 is read as 9 twice, 9 as 4 four times. 10 of the 10 digits are"
            " found in at least 99.5 % of the cases: 0, 1, 2, 3, 5, 6 and 8 most often (100.00 %), 7 least often"
            " (99.50 %).",
        ),
        (
            confused((4, 9, 12), (9, 4, 11), (3, 8, 1)),
            "4 and 9 are mixed up most, 23 times: 4 is read as 9 12 times, 9 as 4 11 times. 8 of the 10 digits are"
            " found in at least 99.5 % of the cases: 0, 1, 2, 5, 6, 7 and 8 most often (100.00 %), 4 least often"
            " (98.80 %).",
        ),
        (
            confused((3, 5, 1), (7, 1, 1)),
            "2 pairs are mixed up most, once each: 1 and 7; 3 and 5. 10 of the 10 digits are found in at least"
            " 99.5 % of the cases: 0, 1, 2, 4, 5, 6, 8 and 9 most often (100.00 %), 3 and 7 least often (99.90 %).",
        ),
    ],
    ids=["no error", "one pair", "many", "two pairs"],
)
def test_the_comment_on_a_known_matrix(confusion, words):
    assert comment(confusion) == words


@given(confusion=arrays(np.int64, (10, 10), elements=st.integers(0, 3)))
def test_the_comment_names_the_worst_pair_of_any_matrix(confusion):
    confusion[0, 0] += 1  # an image at least
    both = np.triu(confusion + confusion.T, 1)
    words = comment(confusion)
    a, b = np.unravel_index(both.argmax(), both.shape)
    assert f"{a} and {b}" in words if both.any() else words.startswith("No digit")


def test_reliability_of_a_small_case():
    probabilities = np.array([[0.8, 0.2], [0.4, 0.6], [0.81, 0.19]])
    rows = reliability_bins(probabilities, np.array([0, 0, 1]), bins=10)
    assert [(row["low"], row["images"], row["accuracy"]) for row in rows] == [(0.6, 1, 0.0), (0.8, 2, 0.5)]
    assert rows[1]["confidence"] == pytest.approx(0.805)
    assert rows[1]["high"] == 0.9


@settings(max_examples=50, deadline=None)
@given(weights=arrays(np.float64, (20, 10), elements=st.floats(0.01, 1.0)), seed=st.integers(0, 100))
def test_the_bins_hold_every_image_and_make_the_ece(weights, seed):
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    labels = np.random.default_rng(seed).integers(0, 10, 20)
    rows = reliability_bins(probabilities, labels)
    assert sum(row["images"] for row in rows) == 20
    for row in rows:
        assert row["low"] - 1e-9 <= row["confidence"] <= row["high"] + 1e-9
    right = sum(row["images"] * row["accuracy"] for row in rows)
    assert right == pytest.approx((probabilities.argmax(axis=1) == labels).sum())
    ece = sum(row["images"] / 20 * abs(row["confidence"] - row["accuracy"]) for row in rows)
    assert expected_calibration_error(probabilities, labels) == pytest.approx(ece)


def test_a_table_is_read_as_it_was_written(tmp_path):
    rows = [
        {"name": "a, b", "share": 0.25, "count": 3, "none": None},
        {"name": "c", "share": 1.0, "count": 0, "none": 1},
    ]
    write_table(tmp_path / "table.csv", rows)
    assert read_table(tmp_path / "table.csv") == rows
    assert "0.333333" in _written(tmp_path, [{"share": 1 / 3}])


def _written(folder, rows) -> str:
    write_table(folder / "other.csv", rows)
    return (folder / "other.csv").read_text()


def test_each_way_is_timed_on_every_input_in_turn():
    asked = []
    fast, slow = medians(
        [lambda given: asked.append(("a", given)), lambda given: [asked.append(("b", given)), sum(range(200_000))]],
        [1, 2],
    )
    assert asked == [("a", 1), ("b", 1), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]  # the first two warm up
    assert 0 < fast < slow


# --- Wrong labels --------------------------------------------------------------------------------------------


def test_the_list_of_wrong_labels_is_whole():
    rows = wrong_labels.wrong_labels()
    assert len({row["index"] for row in rows}) == 15
    for row in rows:
        votes = row["votes"]
        assert sum(votes.values()) == 5
        assert votes["label"] < 3
        assert row["suggested"] != row["label"]
        assert row["likely"] == (row["suggested"] if votes["suggested"] >= 3 else None)
    assert all(url.startswith("https://") for url in json.loads(wrong_labels.PATH.read_text())["urls"])


@needs_mnist
def test_the_wrong_labels_are_those_of_mnist():
    _, labels = mnist.load_test_images()
    for row in wrong_labels.wrong_labels():
        assert labels[row["index"]] == row["label"]


# --- MNIST-C and our own corruptions -------------------------------------------------------------------------


def small_mnist_c(count: int = 12) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    corrupted = {name: rng.integers(0, 256, (count, 28, 28), np.uint8) for name in mnist_c.CORRUPTIONS}
    return {"labels": (np.arange(count) % 10).astype(np.uint8), **corrupted}


@pytest.fixture
def mnist_c_npz(tmp_path, monkeypatch):
    """MNIST_C_NPZ names a small file of the right form."""
    path = tmp_path / "small_c.npz"
    np.savez(path, **small_mnist_c())
    monkeypatch.setenv("MNIST_C_NPZ", str(path))
    return path


def test_mnist_c_is_read_in_the_order_of_the_paper(mnist_c_npz):
    read = mnist_c.load_mnist_c()
    assert list(read.images) == list(mnist_c.CORRUPTIONS)
    assert len(read.images) == 15
    np.testing.assert_array_equal(read.labels, small_mnist_c()["labels"])
    np.testing.assert_array_equal(read.images["fog"], small_mnist_c()["fog"])


def test_without_the_variable_there_is_no_mnist_c(monkeypatch):
    monkeypatch.delenv("MNIST_C_NPZ", raising=False)
    assert mnist_c.load_mnist_c() is None
    monkeypatch.setenv("MNIST_C_NPZ", "")
    assert mnist_c.load_mnist_c() is None


def test_a_missing_mnist_c_is_said_by_the_name_of_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_C_NPZ", str(tmp_path / "nowhere.npz"))
    with pytest.raises(mnist_c.MnistCUnavailable, match=r"MNIST_C_NPZ.*nowhere\.npz"):
        mnist_c.load_mnist_c()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fog": None}, "fog"),
        ({"labels": None}, "labels"),
        ({"fog": np.zeros((5, 28, 28), np.uint8)}, r"fog is uint8 \(5, 28, 28\)"),
        ({"fog": np.zeros((12, 28, 28), np.float32)}, "fog is float32"),
        ({"labels": np.full(12, 10, np.uint8)}, "labels"),
        ({"labels": np.zeros((12, 1), np.uint8)}, "labels"),
        ({"labels": np.zeros(0, np.uint8)}, "labels"),
        ({"labels": np.uint8(3)}, "labels"),
    ],
)
def test_a_file_of_another_form_is_one_sentence(mnist_c_npz, changes, said):
    np.savez(mnist_c_npz, **{name: array for name, array in (small_mnist_c() | changes).items() if array is not None})
    with pytest.raises(mnist_c.MnistCUnavailable, match=said):
        mnist_c.load_mnist_c()


@pytest.mark.parametrize(
    "spoil",
    [lambda body: b"", lambda body: body[:-100], lambda body: body[:3000], lambda body: b"not a zip file" * 100],
    ids=["empty", "end missing", "most missing", "something else"],
)
def test_a_damaged_mnist_c_is_one_sentence(mnist_c_npz, spoil):
    mnist_c_npz.write_bytes(spoil(mnist_c_npz.read_bytes()))
    with pytest.raises(mnist_c.MnistCUnavailable, match=r"small_c\.npz"):
        mnist_c.load_mnist_c()


@needs_mnist
def test_the_real_mnist_c_is_of_mnists_test_images():
    read = mnist_c.load_mnist_c()
    if read is None:
        pytest.skip("MNIST-C is not on this machine: set MNIST_C_NPZ")
    _, labels = mnist.load_test_images()
    np.testing.assert_array_equal(read.labels, labels[: len(read.labels)])


def test_what_comes_near_a_corruption_is_an_operation():
    assert len(mnist_c.CORRUPTIONS) == 15
    for corruption, names in mnist_c.CORRUPTIONS.items():
        assert names, corruption
        assert set(names) <= set(augmentation.OPERATIONS), corruption


@pytest.fixture(scope="module")
def small():
    return small_mnist()


def test_errors_of_a_known_case():
    labels = np.array([0, 1, 2, 3], np.uint8)
    images = np.zeros((4, 28, 28), np.uint8)
    images[:, 0, 0] = [0, 1, 2, 9]

    def first_pixel(given):
        return np.eye(10)[given[:, 0, 0]]

    blank = Split(np.zeros((2, 28, 28), np.uint8), np.array([0, 5], np.uint8))
    found = robustness.errors_of(first_pixel, {"good": Split(images, labels), "bad": blank})
    assert found == {"images": 4, "errors": {"good": 0.25, "bad": 0.5}, "mean": 0.375}


def test_own_corruptions_are_every_operation_alone_and_the_same_each_time(small, monkeypatch):
    split = Split(small.x_train[:40], small.y_train[:40])
    corrupted = robustness.own_corruptions(split)
    assert list(corrupted) == list(augmentation.OPERATIONS)
    for name, operation in augmentation.OPERATIONS.items():
        chosen = split.labels == operation.digit if operation.digit is not None else np.ones(40, bool)
        np.testing.assert_array_equal(corrupted[name].labels, split.labels[chosen])
        assert corrupted[name].images.dtype == np.uint8
        assert (corrupted[name].images != split.images[chosen]).any()
    # The images of one operation do not hang on the others.
    monkeypatch.setattr(robustness, "OPERATIONS", {"blur": augmentation.OPERATIONS["blur"]})
    np.testing.assert_array_equal(robustness.own_corruptions(split)["blur"].images, corrupted["blur"].images)


def test_an_operation_for_a_digit_that_is_not_there_is_left_out(small):
    threes = Split(small.x_train[3::10], small.y_train[3::10])
    found = robustness.validation_robustness(lambda images: np.eye(10)[np.full(len(images), 3)], threes)
    assert set(augmentation.OPERATIONS) - set(found["errors"]) == {"upstroke", "bar"}
    assert (found["images"], found["mean"]) == (12, 0)


# --- TTA -----------------------------------------------------------------------------------------------------


def test_every_candidate_looks_at_the_image_itself_and_never_twice_the_same():
    assert tta.CANDIDATES[tta.ONE_LOOK] == (View(),)
    assert set(tta.CANDIDATES[tta.SHIPPED]) == set(TTA_VIEWS)
    for views in tta.CANDIDATES.values():
        assert View() in views
        assert len(set(views)) == len(views)


def test_sets_of_looks_are_compared_by_their_mean():
    # The answer hangs on where the only white pixel is: 60 % sure of 1 in the middle, 90 % below, 40 % above.
    images = np.zeros((5, 28, 28), np.uint8)
    images[:, 14, 14] = 255
    sure = {14: 0.6, 15: 0.9, 13: 0.4}

    def probabilities_of(given):
        ones = np.array([sure[int(image.max(axis=1).argmax())] for image in given])
        return np.column_stack([1 - ones, ones])

    split = Split(images, np.ones(5, np.uint8))
    down, up = View(rows=1), View(rows=-1)
    candidates = {"one look": (View(),), "down": (View(), down), "up": (View(), up)}
    one_look, lower, upper = tta.compare(probabilities_of, probabilities_of, split, candidates)
    assert (one_look["looks"], one_look["accuracy"], one_look["cost_ratio"]) == (1, 1, 1)
    assert one_look["nll_change"] == 0
    assert lower["nll"] == pytest.approx(-np.log(0.75))
    assert lower["nll_change"] == pytest.approx(-np.log(0.75) + np.log(0.6))
    assert lower["nll_change_error"] == pytest.approx(0, abs=1e-9)
    assert upper["nll"] == pytest.approx(-np.log(0.5))
    assert tta.best([one_look, lower, upper]) == "down"
    assert tta.best([one_look, {**lower, "accuracy": 0.9}, upper]) == "one look"


def test_of_sets_that_are_about_as_good_the_one_with_the_fewest_looks_is_chosen():
    def row(name, looks, accuracy, nll):
        return {"name": name, "looks": looks, "accuracy": accuracy, "nll": nll, "nll_change_error": 0.1}

    one_look = row(tta.ONE_LOOK, 1, 0.9, 1.0)
    nine, five, three = row("nine", 9, 0.95, 0.5), row("five", 5, 0.95, 0.55), row("three", 3, 0.95, 0.59)
    assert tta.best([one_look, nine, five, three]) == "three"
    assert tta.best([one_look, nine, five, {**three, "nll": 0.61}]) == "five"
    assert tta.best([one_look, nine, {**five, "accuracy": 0.89}, {**three, "nll": 0.61}]) == "nine"
    assert tta.best([one_look, nine, five, three, row("other three", 3, 0.95, 0.58)]) == "other three"


# --- The whole, on tiny networks -----------------------------------------------------------------------------

SETTINGS = {
    "network": "mnist_cnn",
    "reasons": {"blocks": "few, for a test", "validation": "a part of the training images"},
    "blocks": [[4], [8], [8], [16]],
    "pooled_blocks": 2,
    "dropout": 0.3,
    "epochs": 2,
    "validation_images": 20,
    "validation_seed": 1,
    "seed": 1,
    "augmentation": {"affine": 1.0, "band": 0.05},
}


def write_network(stem, seed: int, changes: dict | None = None, source=None) -> None:
    """Write a network with random weights, its card and a history; ``source``: where the images are, if not MNIST's."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    options = {**SETTINGS, "seed": seed, **(changes or {})}
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy("float32")
    model = mnist_cnn(options)
    dense = model.get_layer("probabilities")
    dense.set_weights([5 * weights for weights in dense.get_weights()])  # else all answers are alike
    export_network(model, stem)
    data = load_data(source)
    _, validation = training_and_validation(options, data)
    made = {
        "settings": options,
        "training_seconds": 120,
        "date": "2026-01-02",
        "data": data.described() | ({} if source is None else {"path": str(source)}),
        "versions": {"python": "3.11"},
    }
    write_card(model, validation, stem, made)
    write_table(
        stem.with_name(f"{stem.name}_history.csv"),
        [
            {"epoch": epoch, "loss": 1.0 / epoch, "accuracy": 0.9, "val_loss": 0.5 / epoch, "val_accuracy": 0.95}
            for epoch in (1, 2)
        ],
    )


@pytest.fixture(scope="module")
def evaluated(small, tmp_path_factory):
    """A folder of tiny networks, with seeds and a development, that was evaluated; small data stand for MNIST."""
    root = tmp_path_factory.mktemp("evaluated")
    with pytest.MonkeyPatch.context() as patch:
        take_for_mnist(small, root / "small.npz", patch)
        np.savez(root / "small_c.npz", **small_mnist_c())
        patch.setenv("MNIST_C_NPZ", str(root / "small_c.npz"))
        patch.setenv("DIGITLENS_MODELS", str(root / "models"))
        rows = [{"index": 3, "label": int(small.y_test[3])}, {"index": 8, "label": int(small.y_test[8])}]
        (root / "wrong.json").write_text(json.dumps({"labels": rows, "source": "A paper.", "urls": ["https://a.b"]}))
        patch.setattr(wrong_labels, "PATH", root / "wrong.json")
        patch.setattr("training.evaluation.model_card.WRONG_LABELS", root / "wrong.json")
        steps = [{"name": "first", "title": "The first step"}, {"name": "second", "title": "+ more"}]
        (root / "development.json").write_text(json.dumps({"rows": steps}))
        patch.setattr(runs, "DEVELOPMENT", root / "development.json")
        write_network(root / "models" / "mnist_cnn", 1)
        write_network(root / "models" / "other", 2, {"blocks": [[2], [2], [2], [4]]})
        for seed in (1, 2, 3):
            write_network(root / "models" / "seeds" / str(seed) / "mnist_cnn", seed)
        for seed, name in enumerate(("second", "first"), start=5):
            write_network(root / "models" / "development" / name, seed, {"epochs": seed})
        evaluate.main([])
        yield root / "models"


@pytest.fixture
def again(evaluated):
    """The same folder, put back as it was when the test is over."""
    kept = {path: path.read_bytes() for path in evaluated.rglob("*") if path.is_file()}
    yield evaluated
    for path in evaluated.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()
    for path, body in kept.items():
        path.write_bytes(body)


def read(folder, name: str = "mnist_cnn") -> dict:
    return json.loads((folder / f"{name}_evaluation.json").read_text())


def test_every_network_is_evaluated_on_every_image(evaluated, small):
    for name in ("mnist_cnn", "other"):
        written = read(evaluated, name)
        confusion = np.array(written["confusion"])
        assert confusion.shape == (10, 10)
        assert confusion.sum() == written["test"]["images"] == 40
        assert written["test"]["errors"] == 40 - np.trace(confusion) == len(written["misread"])
        assert written["test"]["interval"][0] <= written["test"]["accuracy"] <= written["test"]["interval"][1]
        assert written["validation"]["images"] == 20
        assert written["own_corruptions"]["images"] == 20
        assert written["mnist_c"]["images"] == 12
        assert written["mnist_c"]["mean"] == pytest.approx(np.mean(list(written["mnist_c"]["errors"].values())))
        assert written["keras_onnx_difference"] <= 1e-5
        assert written["comment"] == comment(confusion)
        for when in ("before", "after"):
            assert sum(row["images"] for row in written["calibration"][when]["bins"]) == 40
        assert written["speed"]["times_faster"] == pytest.approx(
            written["speed"]["keras_ms"] / written["speed"]["onnx_ms"], rel=0.05
        )
        assert written["files"]["onnx_bytes"] == (evaluated / f"{name}.onnx").stat().st_size


def test_wrong_labels_are_set_aside_and_marked(evaluated):
    written = read(evaluated)
    clean, misread = written["test_without_wrong_labels"], written["misread"]
    assert clean["images"] == 38
    marked = {row["index"] for row in misread if row["wrong_label"]}
    assert marked == {3, 8} & {row["index"] for row in misread}
    assert clean["errors"] == len(misread) - len(marked)


def test_misread_images_are_named_the_surest_first(evaluated, small):
    misread = read(evaluated)["misread"]
    for row in misread:
        assert small.y_test[row["index"]] == row["label"] != row["answer"]
    confidences = [row["confidence"] for row in misread]
    assert confidences == sorted(confidences, reverse=True)


def test_the_sets_of_looks_are_compared_for_the_default_network_only(evaluated):
    written = read(evaluated)["tta"]
    assert [row["name"] for row in written["candidates"]] == list(tta.CANDIDATES)
    assert written["best"] in tta.CANDIDATES
    assert written["views"] == [view.name for view in TTA_VIEWS]
    assert written["shipped"] in tta.CANDIDATES
    other = read(evaluated, "other")["tta"]
    assert "candidates" not in other
    assert other["validation_accuracy"] >= 0
    assert other["cost_ratio"] > 0


def test_the_tables_say_what_the_evaluations_say(evaluated):
    written = read(evaluated)
    with (evaluated / "mnist_cnn_confusion.csv").open(newline="") as file:
        assert [[int(count) for count in row[1:]] for row in list(csv.reader(file))[1:]] == written["confusion"]
    for row, expected in zip(read_table(evaluated / "mnist_cnn_per_class.csv"), written["per_class"], strict=True):
        assert row == pytest.approx(expected, abs=1e-6)
    networks = read_table(evaluated / "networks.csv")
    assert [row["name"] for row in networks] == ["mnist_cnn", "other"]
    assert networks[0]["test_accuracy"] == pytest.approx(written["test"]["accuracy"])
    assert networks[0]["parameters"] == json.loads((evaluated / "mnist_cnn.json").read_text())["parameters"]
    for file, part in (("mnist_c.csv", "mnist_c"), ("own_corruptions.csv", "own_corruptions")):
        *rows, mean = read_table(evaluated / file)
        assert {row["corruption"]: row["mnist_cnn"] for row in rows} == pytest.approx(written[part]["errors"], abs=1e-6)
        assert mean["mnist_cnn"] == pytest.approx(written[part]["mean"], abs=1e-6)


def test_seeds_have_a_mean_and_a_sample_deviation(evaluated):
    *rows, mean, deviation = read_table(evaluated / "seeds.csv")
    assert [row["seed"] for row in rows] == [1, 2, 3]
    accuracies = [row["test_accuracy"] for row in rows]
    assert mean["test_accuracy"] == pytest.approx(np.mean(accuracies), abs=1e-6)
    assert deviation["test_accuracy"] == pytest.approx(np.std(accuracies, ddof=1), abs=1e-6)
    # The one with the seed of the network that ships is that network.
    assert rows[0]["test_accuracy"] == pytest.approx(read(evaluated)["test"]["accuracy"])
    assert rows[0]["mnist_c_error"] == pytest.approx(read(evaluated)["mnist_c"]["mean"], abs=1e-6)


def test_the_development_is_in_the_order_of_its_settings(evaluated):
    rows = read_table(evaluated / "development.csv")
    assert [(row["name"], row["title"], row["epochs"]) for row in rows] == [
        ("first", "The first step", 6),
        ("second", "+ more", 5),
    ]


def test_every_picture_is_drawn_and_small(evaluated):
    drawn = {path.stem for path in (evaluated / "figures").glob("*.png")}
    each = {f"{name}_{what}" for name in ("mnist_cnn", "other") for what in FIGURES}
    assert drawn == each | {"mnist_c", "networks", "development"}
    for path in (evaluated / "figures").glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size < 300_000


FIGURES = ("confusion", "reliability", "misread", "training")


def test_the_gallery_shows_no_more_than_it_may(evaluated, small):
    written = read(evaluated)
    test = Split(small.x_test, small.y_test)
    shown = figures.gallery({**written, "misread": written["misread"][:5] * 20}, test, 16)
    assert sum(bool(axes.images) for axes in shown.axes) == 16
    assert "16 surest" in shown.get_suptitle()
    assert figures.gallery({**written, "misread": []}, test, 16) is None


def test_the_model_card_is_made_from_the_files(evaluated):
    text = (evaluated / "README.md").read_text(encoding="utf-8")
    assert text == model_card(evaluated)
    written = read(evaluated)
    for said in (
        f"**{percent(written['test']['accuracy'])}**",
        written["comment"],
        f"{written['calibration']['temperature']:.3f}",
        written["tta"]["best"],
        percent(written["own_corruptions"]["mean"]),
        "few, for a test",
        "| `band` | 5.0 % |",
        "`band` 5.0 %",
        "`grain` not used",
        "The first step",
        "A paper",
        " ± ",
        "LeCun",
    ):
        assert said in text
    for name in set(_linked(text)):
        assert (evaluated / name).exists(), name


def _linked(text: str) -> list[str]:
    return [part.split(")")[0] for part in text.split("](")[1:]]


def test_without_mnist_c_its_part_is_null_and_the_rest_is_measured(again, monkeypatch, capsys):
    monkeypatch.delenv("MNIST_C_NPZ")
    evaluate.main([])
    assert "MNIST_C_NPZ is not set" in capsys.readouterr().out
    assert read(again)["mnist_c"] is None
    assert read(again)["test"]["images"] == 40
    assert {row["mnist_cnn"] for row in read_table(again / "mnist_c.csv")} == {None}
    assert {row["mnist_c_error"] for row in read_table(again / "seeds.csv")} == {None}
    assert not (again / "figures" / "mnist_c.png").exists()
    assert "Not measured: set `MNIST_C_NPZ`" in (again / "README.md").read_text()


def test_one_network_is_evaluated_by_its_name_and_the_others_are_kept(again, capsys):
    before = (again / "other_evaluation.json").read_bytes(), (again / "seeds.csv").read_bytes()
    (again / "mnist_cnn_evaluation.json").unlink()
    evaluate.main(["mnist_cnn"])
    assert "other, computed" not in capsys.readouterr().out
    assert read(again)["name"] == "mnist_cnn"
    assert ((again / "other_evaluation.json").read_bytes(), (again / "seeds.csv").read_bytes()) == before
    assert len(read_table(again / "networks.csv")) == 2


def test_without_seeds_and_development_their_figures_are_left_out(again, monkeypatch, capsys):
    monkeypatch.setattr(runs, "seeds", lambda material: None)
    monkeypatch.setattr(runs, "development", lambda material: None)
    evaluate.main([])
    printed = capsys.readouterr().out
    assert "other seeds are left out" in printed
    assert "the steps of the development are left out" in printed
    assert not (again / "seeds.csv").exists()
    assert not (again / "figures" / "development.png").exists()
    text = (again / "README.md").read_text()
    assert text == model_card(again)
    assert "Other seeds" not in text
    assert "What each part brings" not in text


def test_files_of_two_networks_are_said_and_end_with_status_1(again, small):
    write_network(again.parent / "elsewhere" / "other", 9, {"blocks": [[2], [2], [2], [4]]})
    (again / "other.keras").write_bytes((again.parent / "elsewhere" / "other.keras").read_bytes())
    with pytest.raises(SystemExit, match="not the same network"):
        evaluate.main(["other"])


def test_a_missing_keras_file_is_one_sentence(again):
    (again / "other.keras").unlink()
    with pytest.raises(SystemExit, match=r"other\.keras is missing"):
        evaluate.main(["other"])


@pytest.mark.parametrize("spoil", [lambda body: b"no", lambda body: body[:-300], lambda body: body[:200]])
def test_a_damaged_keras_file_is_one_sentence_and_nothing_is_written(again, spoil):
    (again / "other.keras").write_bytes(spoil((again / "other.keras").read_bytes()))
    before = {path: path.stat().st_mtime_ns for path in again.rglob("*")}
    with pytest.raises(SystemExit, match=r"other\.keras is damaged: restore it, or train other again\.$"):
        evaluate.main(["other"])
    assert {path: path.stat().st_mtime_ns for path in again.rglob("*")} == before


@pytest.mark.parametrize("older", ["{", "[]", '{"name": "other", "test": {}}', '{"format": 1}'])
def test_beside_an_older_evaluation_nothing_is_measured_or_written(again, older, monkeypatch):
    (again / "other_evaluation.json").write_text(older)
    before = {path: path.stat().st_mtime_ns for path in again.rglob("*")}
    with monkeypatch.context() as patch:
        patch.setattr(evaluate, "evaluate", None)
        with pytest.raises(SystemExit, match=r"other is damaged or .* earlier .*training\.evaluate mnist_cnn other$"):
            evaluate.main(["mnist_cnn"])
    assert {path: path.stat().st_mtime_ns for path in again.rglob("*")} == before


def test_the_form_of_an_evaluation_has_a_number(evaluated):
    def keys(value, path=""):
        if isinstance(value, dict):
            return [key for name, inner in value.items() for key in keys(inner, f"{path}/{name}")]
        return keys(value[0], path) if isinstance(value, list) and value else [path]

    form = "\n".join(sorted(key for key in keys(read(evaluated)) if "/errors/" not in key))
    # Where the form has changed: raise FORMAT, so that older evaluations are told apart, and put the new number here.
    assert (FORMAT, zlib.crc32(form.encode())) == (2, 1119483419)


# --- Networks that learnt from other images ------------------------------------------------------------------


def write_images(folder, each: int, seed: int) -> None:
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for number in range(each):
            cv2.imwrite(str(folder / str(digit) / f"{number}.png"), np.pad(drawn(digit, 20, 0.12, seed + number), 4))


@pytest.fixture
def school(again, tmp_path):
    """Two folders of images, with test images and without, and a network in models/ that learnt from each."""
    write_images(tmp_path / "school" / "train", 10, 0)
    write_images(tmp_path / "school" / "test", 3, 50)
    write_images(tmp_path / "home", 10, 70)
    for name in ("school", "home"):
        write_network(again / f"other_{name}", 4, source=tmp_path / name)
    return tmp_path


def test_a_network_is_asked_about_images_of_the_data_that_it_learnt_from(again, school, capsys):
    networks = (again / "networks.csv").read_bytes()
    evaluate.main(["other_school", "other_home"])
    printed = capsys.readouterr().out
    assert "of 30 test images of school," in printed
    assert "of 20 validation images of home," in printed
    assert "there are no test images: it flatters" in printed
    assert "MNIST" not in printed
    assert "known to be wrong" not in printed
    expected = {"school": ("test", 30), "home": ("validation", 20)}
    for name, (split, images) in expected.items():
        evaluation = read(again, f"other_{name}")
        assert evaluation["measured_on"]["data"] == name
        assert evaluation["measured_on"]["split"] == split
        assert evaluation["test"]["images"] == np.sum(evaluation["confusion"]) == images
        assert evaluation["test_without_wrong_labels"] == evaluation["test"]
        assert evaluation["validation"]["images"] == 20
        assert evaluation["own_corruptions"]["images"] == 20
        assert evaluation["mnist_c"] is None
        for what in FIGURES:
            assert (again / "figures" / f"other_{name}_{what}.png").exists()
    rows = {row["name"]: (row["data"], row["split"], row["images"]) for row in read_table(again / "other_data.csv")}
    assert rows == {f"other_{name}": (name, *said) for name, said in expected.items()}
    # Beside the others they would mean nothing.
    assert (again / "networks.csv").read_bytes() == networks
    text = (again / "README.md").read_text(encoding="utf-8")
    assert text == model_card(again)
    assert "| `other_school` | school | 30 test images |" in text
    assert "| `other_home` | home | 20 validation images |" in text


def test_images_that_are_gone_or_changed_are_one_sentence_before_anything_is_measured(again, school, monkeypatch):
    monkeypatch.setattr(evaluate, "evaluate", None)
    (school / "school" / "test" / "3" / "0.png").unlink()
    with pytest.raises(SystemExit, match=r"school are not those that other_school learnt from: .* --data PATH"):
        evaluate.main(["other_school"])
    (school / "home").rename(school / "moved")
    with pytest.raises(SystemExit, match=r"home, which other_home learnt from, is not there: .* --data PATH"):
        evaluate.main([])
    with pytest.raises(SystemExit, match="nowhere, which other_home learnt from, is not there"):
        evaluate.main(["other_home", "--data", str(school / "nowhere")])


def test_images_that_were_moved_are_found_by_their_place(again, school, monkeypatch, tmp_path):
    (school / "home").rename(school / "moved")
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "nowhere.npz"))  # nor is MNIST needed
    evaluate.main(["other_home", "--data", str(school / "moved")])
    assert read(again, "other_home")["test"]["images"] == 20


def test_networks_of_other_images_alone_need_no_mnist(school, again, monkeypatch, tmp_path, capsys):
    alone = tmp_path / "alone"
    write_network(alone / "other_home", 4, source=school / "home")
    monkeypatch.setenv("DIGITLENS_MODELS", str(alone))
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "nowhere.npz"))
    evaluate.main([])
    assert "mnist_cnn is not evaluated: the model card is left out" in capsys.readouterr().out
    assert read(alone, "other_home")["test"]["images"] == 20
    assert not (alone / "networks.csv").exists()


def test_a_card_that_does_not_say_where_its_images_are_is_one_sentence(again, school):
    card = json.loads((again / "other_home.json").read_text())
    del card["made"]["data"]["path"]
    (again / "other_home.json").write_text(json.dumps(card))
    with pytest.raises(SystemExit, match="other_home does not say where its images are: train it again"):
        evaluate.main(["other_home"])


@pytest.mark.parametrize(
    ("missing", "measure"),
    [
        ("seeds/2/mnist_cnn.json", runs.seeds),
        ("development/first.onnx", runs.development),
        ("development/second.json", runs.development),
    ],
)
def test_a_missing_file_of_a_run_is_one_sentence(again, missing, measure):
    (again / missing).unlink()
    with pytest.raises(NetworkUnavailable, match=f"{missing.split('/')[-1]} is missing or damaged"):
        measure(Material())


def test_a_damaged_mnist_c_ends_before_anything_is_written(again, monkeypatch, tmp_path):
    (tmp_path / "c.npz").write_bytes(b"no")
    monkeypatch.setenv("MNIST_C_NPZ", str(tmp_path / "c.npz"))
    before = (again / "mnist_cnn_evaluation.json").read_bytes()
    with pytest.raises(SystemExit, match=r"c\.npz is damaged, or is no \.npz file"):
        evaluate.main([])
    assert (again / "mnist_cnn_evaluation.json").read_bytes() == before


def test_a_card_that_does_not_say_how_it_was_made_is_one_sentence(again):
    card = json.loads((again / "other.json").read_text())
    del card["made"]
    (again / "other.json").write_text(json.dumps(card))
    with pytest.raises(SystemExit, match="does not say how it was made"):
        evaluate.main(["other"])


def test_without_mnist_evaluate_ends_with_one_sentence(evaluated, monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "nowhere.npz"))
    with pytest.raises(SystemExit, match="MNIST_NPZ"):
        evaluate.main(["mnist_cnn"])


def test_without_a_network_evaluate_ends_with_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path))
    for names in ([], ["mnist_cnn"]):
        with pytest.raises(SystemExit, match=rf"DIGITLENS_MODELS names: correct .* train one .* --out {tmp_path}$"):
            evaluate.main(names)


def test_a_network_that_is_not_there_is_one_sentence(evaluated):
    with pytest.raises(SystemExit, match="There is no network 'another': choose from mnist_cnn, other"):
        evaluate.main(["another"])
