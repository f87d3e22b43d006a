"""The training side: MNIST, augmentation, schedule, calibration, the networks, export and training."""

import csv
import http.server
import json
import math
import re
import threading
from dataclasses import replace

import keras
import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inference import augmentation, mnist
from inference.samples import written
from tests.small import packed, small_mnist, take_for_mnist
from training import development, seeds, train
from training.calibration import (
    brier_score,
    expected_calibration_error,
    fit_temperature,
    negative_log_likelihood,
    with_temperature,
)
from training.data import AugmentedBatches, Split
from training.evaluation.probabilities import as_input, keras_probabilities, onnx_probabilities
from training.export import export_network, layer_table, unsure_below
from training.networks import NETWORKS, FusedBatchNormalization, for_use, mnist_cnn

# Keras' own way to look at its variables, of no concern here.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

NUMPYS_OWN_WORDS = re.compile("pickle|allow_|archive|magic|header", re.IGNORECASE)
SETTINGS = json.loads((train.SETTINGS / "first_stage.json").read_text())
RECIPE = json.loads((train.SETTINGS / "mnist_cnn.json").read_text())


# --- MNIST ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    return small_mnist()


@pytest.fixture
def small_npz(small, tmp_path, monkeypatch):
    """MNIST_NPZ names a small data set, and the loader takes it for the real one."""
    path = tmp_path / "small.npz"
    take_for_mnist(small, path, monkeypatch)
    return path


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """Return a function that serves bytes over HTTP as MNIST's URL; the cache is empty and MNIST_NPZ unset."""
    servers, asked = [], []

    def start(body: bytes, status: int = 200, claimed_length: int | None = None):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(claimed_length or len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        monkeypatch.setattr(mnist, "URL", f"http://127.0.0.1:{server.server_port}/mnist.npz")
        return asked

    monkeypatch.delenv("MNIST_NPZ", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(mnist, "CACHE", tmp_path / "cache" / "mnist.npz")
    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_mnist_is_downloaded_once_and_then_read_from_the_cache(serve, small, monkeypatch):
    monkeypatch.setattr(mnist, "CHECKSUM", mnist.checksum(vars(small).values()))
    asked = serve(packed(small))
    first, second = mnist.load_mnist(), mnist.load_mnist()
    assert asked == ["/mnist.npz"]
    for name in mnist.ARRAYS:
        np.testing.assert_array_equal(getattr(first, name), getattr(small, name))
        np.testing.assert_array_equal(getattr(second, name), getattr(small, name))


def test_a_download_with_a_wrong_checksum_is_refused_and_not_kept(serve, small):
    serve(packed(small))  # not MNIST, whose checksum stays the wanted one
    with pytest.raises(mnist.MnistUnavailable, match="is not MNIST"):
        mnist.load_mnist()
    assert list(mnist.CACHE.parent.iterdir()) == []


def test_a_download_that_breaks_off_is_not_kept(serve, small, monkeypatch):
    monkeypatch.setattr(mnist, "CHECKSUM", mnist.checksum(vars(small).values()))
    body = packed(small)
    serve(body[: len(body) // 2], claimed_length=len(body))
    with pytest.raises(mnist.MnistUnavailable):
        mnist.load_mnist()
    assert list(mnist.CACHE.parent.iterdir()) == []


def test_a_server_that_refuses_is_one_sentence_naming_the_way_out(serve):
    serve(b"no", status=503)
    with pytest.raises(mnist.MnistUnavailable, match="MNIST_NPZ"):
        mnist.load_mnist()
    assert list(mnist.CACHE.parent.iterdir()) == []


def test_nothing_is_downloaded_where_that_is_not_wanted(serve, small):
    asked = serve(packed(small))
    with pytest.raises(mnist.MnistUnavailable, match="MNIST_NPZ"):
        mnist.load_test_images()
    assert asked == []


def test_a_missing_file_named_by_the_variable_is_said_by_its_name(monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "nowhere.npz"))
    with pytest.raises(mnist.MnistUnavailable, match=r"MNIST_NPZ.*nowhere\.npz"):
        mnist.load_mnist()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"",
        lambda body: body[:-100],
        lambda body: body[:1000],
        lambda body: body[:2000] + bytes(500) + body[2500:],
        lambda body: b"not a zip file" * 100,
    ],
    ids=["empty", "end missing", "most missing", "middle damaged", "something else"],
)
def test_a_damaged_file_is_one_sentence(small_npz, spoil):
    small_npz.write_bytes(spoil(small_npz.read_bytes()))
    with pytest.raises(mnist.MnistUnavailable, match=r"small\.npz") as refused:
        mnist.load_mnist()
    assert str(refused.value).endswith(" Correct or unset MNIST_NPZ.")
    assert not NUMPYS_OWN_WORDS.search(str(refused.value))


def test_another_file_named_by_the_variable_is_not_to_be_deleted(small_npz, small, monkeypatch):
    monkeypatch.setattr(mnist, "CHECKSUM", "another")
    with pytest.raises(mnist.MnistUnavailable, match=r"checksum differs\. Correct or unset MNIST_NPZ\."):
        mnist.load_mnist()
    monkeypatch.setattr(mnist, "CACHE", small_npz)
    monkeypatch.delenv("MNIST_NPZ")
    with pytest.raises(mnist.MnistUnavailable, match=r"checksum differs\. Delete it and try again\."):
        mnist.load_mnist()


def test_an_array_that_is_missing_is_one_sentence(small_npz, small):
    np.savez(small_npz, x_train=small.x_train, y_train=small.y_train)
    with pytest.raises(mnist.MnistUnavailable, match="x_test"):
        mnist.load_mnist()


def test_the_checksum_is_over_arrays_and_not_over_the_packing(small):
    other = mnist.Mnist(*(np.asfortranarray(getattr(small, name)) for name in mnist.ARRAYS))
    assert mnist.checksum(vars(other).values()) == mnist.checksum(vars(small).values())
    changed = small.y_test.copy()
    changed[0] += 1
    assert mnist.checksum([changed]) != mnist.checksum([small.y_test])


# --- Augmentation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", augmentation.OPERATIONS)
def test_each_operation_changes_the_image_and_not_its_form(name, small):
    operation = augmentation.OPERATIONS[name]
    image = small.x_train[operation.digit or 5].astype(np.float32)  # they show 0, 1, 2 … in turn
    before = image.copy()
    differences = []
    for seed in range(20):
        changed = operation.apply(image, np.random.default_rng(seed))
        assert changed.shape == (28, 28)
        assert changed.dtype == np.float32
        differences.append(np.abs(changed - image).max())
        np.testing.assert_array_equal(changed, operation.apply(image, np.random.default_rng(seed)))
    np.testing.assert_array_equal(image, before)
    # A dot or a patch may fall where it makes no difference, but seldom.
    assert np.mean(np.array(differences) > 0.5) > 0.5


@settings(max_examples=60, deadline=None)
@given(
    images=arrays(np.uint8, (2, 28, 28)),
    labels=arrays(np.uint8, 2, elements=st.sampled_from([1, 3, 7])),
    seed=st.integers(0, 2**32 - 1),
)
def test_augmented_images_are_whole_numbers_from_0_to_255(images, labels, seed):
    every = dict.fromkeys(augmentation.OPERATIONS, 0.3)
    augmented = augmentation.augment(images, labels, every, np.random.default_rng(seed))
    assert augmented.shape == images.shape
    assert augmented.dtype == np.float32
    np.testing.assert_array_equal(augmented, np.clip(np.round(augmented), 0, 255))
    again = augmentation.augment(images, labels, every, np.random.default_rng(seed))
    np.testing.assert_array_equal(augmented, again)


def test_augmentation_leaves_the_digit_in_the_picture(small):
    images = small.x_train[:50]
    hand = dict.fromkeys(("upstroke", "bar", "affine", "elastic", "stroke", "tone"), 1.0)
    augmented = augmentation.augment(images, small.y_train[:50], hand, np.random.default_rng(0))
    # Cut off, thinned or faded, but never gone: at least a third of the ink stays.
    assert (augmented.sum(axis=(1, 2)) > images.sum(axis=(1, 2), dtype=np.int64) / 3).all()


def plain(digit: int) -> np.ndarray:
    """Return a digit without upstroke or bar, (28, 28) float32, white on black, its stroke three pixels wide."""
    return written(digit, 28, pen=0.1).astype(np.float32)


@pytest.mark.parametrize("seed", range(20))
def test_an_upstroke_goes_down_to_the_left_from_the_top_of_a_1(seed):
    image = plain(1)
    rows, columns = np.nonzero(image > 100)
    top, height, top_column = rows.min(), np.ptp(rows) + 1, columns[rows == rows.min()].mean()
    added = augmentation.upstroke(image, np.random.default_rng(seed)) - image
    assert (added >= 0).all(), "no ink is taken away"
    # At most half as long as the 1, at 65 degrees at most, half a stroke of roundness: the rest of the 1 is as it was.
    end = top + 1 + math.ceil(0.5 * height * math.sin(math.radians(65))) + 2
    assert not added[end:].any()
    new_rows, new_columns = np.nonzero(added > 100)
    assert new_columns.min() < columns[rows < end].min(), "it reaches out to the left"
    assert new_columns.max() <= top_column + 2, "and not to the right"
    assert new_rows.mean() > top
    assert new_columns.mean() < top_column
    # The further left, the further down.
    tip = new_rows[new_columns == new_columns.min()].mean()
    assert tip > new_rows[new_columns == new_columns.max()].mean()


@pytest.mark.parametrize("seed", range(20))
def test_a_bar_crosses_the_stem_of_a_7_near_its_middle(seed):
    image = plain(7)
    rows, _ = np.nonzero(image > 100)
    top, height = rows.min(), np.ptp(rows) + 1
    added = augmentation.bar(image, np.random.default_rng(seed)) - image
    assert (added >= 0).all(), "no ink is taken away"
    new_rows, new_columns = np.nonzero(added > 100)
    assert abs((new_rows.mean() - top) / height - 0.5) < 0.2
    assert new_rows.min() > top + 0.25 * height
    assert new_rows.max() < top + 0.8 * height
    stem = np.flatnonzero(image[round(new_rows.mean())] > 100)
    assert (new_columns < stem.min()).any()
    assert (new_columns > stem.max()).any()


@pytest.mark.parametrize("operation", [augmentation.upstroke, augmentation.bar])
def test_nothing_is_added_where_there_is_no_stroke_to_add_it_to(operation):
    for image in (np.zeros((28, 28), np.float32), np.pad(np.full((4, 4), 255, np.float32), 12)):
        np.testing.assert_array_equal(operation(image, np.random.default_rng(0)), image)


def test_only_a_1_gets_an_upstroke_and_only_a_7_a_bar(small):
    own = {name: operation.digit for name, operation in augmentation.OPERATIONS.items() if operation.digit is not None}
    assert own == {"upstroke": 1, "bar": 7}
    always = dict.fromkeys(own, 1.0)
    images, labels = small.x_train[:50], small.y_train[:50]
    augmented = augmentation.augment(images, labels, always, np.random.default_rng(0))
    changed = (augmented != images).any(axis=(1, 2))
    np.testing.assert_array_equal(changed, np.isin(labels, (1, 7)))
    # Not the other's stroke: the operation that its own label asks for.
    for digit, operation in ((1, augmentation.upstroke), (7, augmentation.bar)):
        (image,) = augmentation.augment(images[digit][None], np.array([digit]), always, np.random.default_rng(3))
        rng = np.random.default_rng(3)
        rng.random()
        np.testing.assert_array_equal(image, np.round(operation(images[digit].astype(np.float32), rng)))


def test_operations_are_applied_as_often_as_the_settings_say_and_in_the_order_of_the_list(small, monkeypatch):
    applied = []
    noted = {
        name: replace(operation, apply=lambda image, rng, name=name: applied.append(name) or image, digit=None)
        for name, operation in augmentation.OPERATIONS.items()
    }
    monkeypatch.setattr(augmentation, "OPERATIONS", noted)
    rng = np.random.default_rng(0)
    augmentation.augment(np.zeros((500, 28, 28)), np.zeros(500), {"noise": 1.0, "scribble": 0.3, "affine": 1.0}, rng)
    assert applied.count("noise") == applied.count("affine") == 500
    assert 100 < applied.count("scribble") < 200
    assert set(applied) == {"noise", "scribble", "affine"}
    assert applied[0] == "affine"
    assert applied[applied.index("scribble") + 1] == "noise"
    with pytest.raises(KeyError, match="scratch"):
        augmentation.augment(np.zeros((1, 28, 28)), np.zeros(1), {"scratch": 1.0}, rng)


def test_batches_show_every_image_once_an_epoch_in_a_new_order(small):
    numbered = np.zeros((40, 28, 28), np.uint8)
    numbered[:, 0, 0] = np.arange(40)
    split = Split(numbered, np.arange(40, dtype=np.uint8) % 10)
    options = {"seed": 3, "batch_size": 8, "augmentation": {}}

    def shown(epoch):
        batches = AugmentedBatches(split, options, epoch)
        every = [batches[index] for index in range(len(batches))]
        for images, labels in every:
            assert (images.shape, images.dtype, labels.shape) == ((8, 28, 28, 1), np.float32, (8, 10))
            np.testing.assert_array_equal(labels.argmax(axis=1), images[:, 0, 0, 0].astype(int) % 10)
        return np.concatenate([images[:, 0, 0, 0] for images, _ in every]).astype(int).tolist()

    assert sorted(shown(0)) == list(range(40))
    assert shown(0) == shown(0)
    assert shown(0) != shown(1)


def test_batches_are_augmented_anew_each_epoch_and_the_same_for_one_seed(small):
    split = Split(small.x_train[:8], small.y_train[:8])
    options = {"seed": 3, "batch_size": 8, "augmentation": {"affine": 1.0}}
    first, again, later = (AugmentedBatches(split, options, epoch)[0][0] for epoch in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(np.sort(first, axis=None), np.sort(later, axis=None))


# --- Schedule and calibration --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "rate"),
    # Ten steps an epoch, two epochs: the warm-up ends with step 9, the cosine is at its middle with step 10.
    [(0, 0.1), (4, 0.5 * 0.9045085), (9, 0.5782172), (10, 0.5), (15, 0.1464466), (20, 0.0)],
)
def test_learning_rate_warms_up_and_falls_to_zero(step, rate):
    assert train.learning_rate(step, 10, {"epochs": 2, "learning_rate": 1.0}) == pytest.approx(rate, abs=1e-6)


def test_known_answers_of_the_three_measures():
    probabilities = np.array([[0.8, 0.2], [0.4, 0.6]])
    labels = np.array([0, 0])
    assert negative_log_likelihood(probabilities, labels) == pytest.approx(-(np.log(0.8) + np.log(0.4)) / 2)
    assert brier_score(probabilities, labels) == pytest.approx((0.04 + 0.04 + 0.36 + 0.36) / 2)
    # Each alone in its bin: right at 0.8, wrong at 0.6.
    assert expected_calibration_error(probabilities, labels) == pytest.approx((0.2 + 0.6) / 2)


def test_sure_and_right_is_perfect_and_sure_and_wrong_is_finite():
    sure = np.eye(10)
    assert negative_log_likelihood(sure, np.arange(10)) == 0
    assert brier_score(sure, np.arange(10)) == 0
    assert expected_calibration_error(sure, np.arange(10)) == 0
    wrong = (np.arange(10) + 1) % 10
    assert np.isfinite(negative_log_likelihood(sure, wrong))
    assert brier_score(sure, wrong) == 2
    assert expected_calibration_error(sure, wrong) == 1


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_fit_temperature_finds_the_temperature_that_was_taken_away(temperature):
    rng = np.random.default_rng(0)
    honest = rng.dirichlet(np.full(10, 0.3), 20_000)
    labels = (honest.cumsum(axis=1) > rng.random((len(honest), 1))).argmax(axis=1)
    distorted = with_temperature(honest, 1 / temperature)
    assert fit_temperature(distorted, labels) == pytest.approx(temperature, rel=0.05)
    mended = with_temperature(distorted, temperature)
    assert expected_calibration_error(mended, labels) < 0.02


@settings(max_examples=50, deadline=None)
@given(
    weights=arrays(np.float64, (3, 10), elements=st.floats(0.01, 1.0)),
    temperature=st.floats(0.2, 5.0),
)
def test_temperature_keeps_the_order_and_the_sum(weights, temperature):
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    changed = with_temperature(probabilities, temperature)
    np.testing.assert_allclose(changed.sum(axis=1), 1)
    np.testing.assert_allclose(with_temperature(probabilities, 1.0), probabilities, rtol=1e-9)
    ranks = np.argsort(probabilities, axis=1)
    assert (np.diff(np.take_along_axis(changed, ranks, axis=1), axis=1) >= 0).all()


def test_unsure_below_keeps_the_wanted_precision():
    confidences = np.linspace(0.999, 0.0, 1000)
    right = np.ones(1000, bool)
    right[500:] = False
    # One wrong in 501 is under 99.9 %: the threshold stands above the first wrong one.
    assert unsure_below(confidences, right) == pytest.approx(confidences[499])
    assert unsure_below(confidences, np.zeros(1000, bool)) == 1.0


# --- The network and its export ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network(small):
    """The real architecture with strong random weights, so that its answers differ."""
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy("float32")
    model = mnist_cnn(SETTINGS)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if layer.name.startswith("batch_norm"):
            size = layer.gamma.shape[0]
            layer.set_weights([rng.uniform(low, 2, size) for low in (0.5, -1, -1, 0.5)])
    features = keras.Model(model.input, model.get_layer("global_average").output)
    mean = features.predict(as_input(small.x_train), verbose=0).mean(axis=0)
    dense = model.get_layer("probabilities")
    kernel = 20 * dense.get_weights()[0]
    dense.set_weights([kernel, -mean @ kernel])
    return model


def test_the_network_has_under_400_000_parameters_and_its_table_says_where(network):
    table = layer_table(network)
    assert network.count_params() == sum(row["parameters"] for row in table) == 379_434
    rows = {row["name"]: row for row in table}
    assert [rows[f"block{number}"]["output_shape"] for number in (1, 2, 3, 4)] == [
        [28, 28, 32],
        [14, 14, 48],
        [7, 7, 80],
        [7, 7, 128],
    ]
    assert rows["conv2b"] == {
        "name": "conv2b",
        "kind": "Conv2D",
        "output_shape": [14, 14, 48],
        "parameters": 9 * 48 * 48,
    }
    assert rows["probabilities"]["parameters"] == 128 * 10 + 10


def test_batch_normalization_trained_with_the_fused_kernel_is_batch_normalization(small):
    images = as_input(small.x_train[:40]) / 255
    keras.config.set_dtype_policy("float32")
    fused, plain = FusedBatchNormalization(), keras.layers.BatchNormalization()
    for layer in (fused, plain):
        layer.build(images.shape)
        layer.set_weights([np.full(1, value, np.float32) for value in (1.5, -0.5, 0.3, 0.2)])
    np.testing.assert_allclose(fused(images), plain(images), rtol=1e-5)
    np.testing.assert_allclose(fused(images, training=True), plain(images, training=True), atol=1e-4)
    # The kernel's variance is the sample's, N - 1: 1 part in 31,360 here.
    for ours, theirs in zip(fused.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_used_as_plain_keras_in_float32(name, small, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    trained = NETWORKS[name](train.read_settings(name))
    trained.compile("adam", "categorical_crossentropy")
    for_use(trained).save(tmp_path / "plain.keras")
    model = keras.models.load_model(tmp_path / "plain.keras")
    assert not any(isinstance(layer, FusedBatchNormalization) for layer in model.layers)
    assert not model.compiled, "the optimizer is twice as large as the network"
    assert {layer.dtype_policy.name for layer in model.layers} == {"float32"}
    images = as_input(small.x_train[:5])
    np.testing.assert_allclose(model.predict(images, verbose=0), trained.predict(images, verbose=0), atol=0.05)
    assert any(layer.name.startswith("block") for layer in model.layers)


def test_the_network_normalises_by_itself(network):
    grey = np.full((1, 28, 28, 1), 33.32, np.float32)
    inside = keras.Model(network.input, network.get_layer("normalisation").output)
    np.testing.assert_allclose(inside.predict(grey, verbose=0), 0, atol=1e-5)
    np.testing.assert_allclose(inside.predict(grey + 78.57, verbose=0), 1, atol=1e-5)


def test_the_exported_network_is_the_same_network(network, small, tmp_path):
    export_network(network, tmp_path / "exported")
    session = onnxruntime.InferenceSession(tmp_path / "exported.onnx", providers=["CPUExecutionProvider"])
    (given_in,) = session.get_inputs()
    assert given_in.shape[1:] == [28, 28, 1]
    assert not isinstance(given_in.shape[0], int)  # any number of images
    assert [output.name for output in session.get_outputs()] == [
        "probabilities",
        "block1",
        "block2",
        "block3",
        "block4",
    ]

    images = np.concatenate([small.x_train[:30], np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)])
    exported = onnx_probabilities(tmp_path / "exported.onnx", images)
    kept = keras_probabilities(tmp_path / "exported.keras", images)
    assert exported.shape == (60, 10)
    assert len(set(exported.argmax(axis=1))) > 1  # else the comparison would prove little
    np.testing.assert_allclose(exported, kept, atol=1e-5)
    inside = keras.Model(network.input, network.get_layer("block3").output)
    block = session.run(["block3"], {given_in.name: as_input(images[:2])})[0]
    np.testing.assert_allclose(block, inside.predict(as_input(images[:2]), verbose=0), atol=1e-3)


# --- Training, end to end on a few images -----------------------------------------------------

TINY = {
    **SETTINGS,
    "blocks": [[4], [8], [8], [16]],
    "epochs": 2,
    "batch_size": 20,
    "learning_rate": 0.01,
    "validation_images": 20,
    "precision": "float32",
}


@pytest.fixture
def tiny_training(small_npz, tmp_path, monkeypatch):
    """training.train works in tmp_path, with settings named tiny; returns its folder for finished networks."""
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "tiny.json").write_text(json.dumps(TINY))
    monkeypatch.setattr(train, "SETTINGS", folder)
    monkeypatch.setattr(train, "CHECKPOINTS", tmp_path / "checkpoints")
    yield tmp_path / "models"
    keras.config.set_dtype_policy("float32")


def interrupt_after_first_epoch(monkeypatch):
    begin = train.LearningRate.on_train_batch_begin

    def interrupted(self, batch, logs=None):
        if self._first_step > 0 and batch == 1:
            raise KeyboardInterrupt
        begin(self, batch, logs)

    monkeypatch.setattr(train.LearningRate, "on_train_batch_begin", interrupted)


def history_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_an_interrupted_training_goes_on_and_ends_as_files(tiny_training, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        interrupt_after_first_epoch(patch)
        with pytest.raises(SystemExit, match="start again"):
            train.main(["tiny", "--out", str(tiny_training)])
    (checkpoints,) = train.CHECKPOINTS.iterdir()
    before = history_of(checkpoints / "history.csv")
    assert [row["epoch"] for row in before] == ["1"]
    assert not any(tiny_training.iterdir())

    train.main(["tiny", "--out", str(tiny_training)])
    assert "resuming after epoch 1" in capsys.readouterr().out
    after = history_of(tiny_training / "tiny_history.csv")
    assert [row["epoch"] for row in after] == ["1", "2"]
    assert after[0] == before[0]  # the first epoch was not trained again
    assert float(after[1]["learning_rate"]) < float(after[0]["learning_rate"])

    card = json.loads((tiny_training / "tiny.json").read_text())
    model = keras.models.load_model(tiny_training / "tiny.keras")
    assert card["parameters"] == model.count_params()
    assert card["made"]["settings"] == TINY
    assert card["made"]["data"]["sha256_of_arrays"] == mnist.CHECKSUM
    assert card["validation"]["images"] == 20


def test_a_checkpoint_of_other_settings_is_not_taken_for_these(tiny_training, capsys):
    folder = train.CHECKPOINTS / "one"
    train.train({**TINY, "epochs": 1}, folder)
    capsys.readouterr()
    model, history = train.train({**TINY, "epochs": 1, "blocks": [[2], [2], [2], [2]]}, folder)
    assert f"{folder} was made with other settings: the training starts anew" in capsys.readouterr().out
    assert len(history) == 1
    assert model.get_layer("block4").output.shape[-1] == 2
    model, history = train.train({**TINY, "epochs": 1, "blocks": [[2], [2], [2], [2]], "reasons": "reworded"}, folder)
    printed = capsys.readouterr().out
    assert "already trained, 1 epoch\n" in printed
    assert "resuming" not in printed
    assert len(history) == 1


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> dict[str, bytes]:
    """The files of the checkpoint of a finished training of one epoch: it takes a while, so once for all."""
    folder = tmp_path_factory.mktemp("checkpoint")
    with pytest.MonkeyPatch.context() as monkeypatch:
        take_for_mnist(small_mnist(), folder.with_name("small.npz"), monkeypatch)
        train.train({**TINY, "epochs": 1}, folder)
    keras.config.set_dtype_policy("float32")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("last.keras", lambda body: body[:-400]),
        ("last.keras", lambda body: b"no network"),
        ("settings.json", lambda body: body[:-20]),
        ("settings.json", lambda body: None),
        ("history.csv", lambda body: body[:-70]),
        ("history.csv", lambda body: b"\xff\xfe"),
        ("history.csv", lambda body: b""),
    ],
)
def test_a_damaged_checkpoint_is_said_and_put_aside(checkpoint, tmp_path, capsys, name, spoil):
    folder = tmp_path / "one"
    folder.mkdir()
    left = {**checkpoint, name: spoil(checkpoint[name])}
    for file, body in left.items():
        if body is not None:
            (folder / file).write_bytes(body)
    assert train.resume(folder, {**TINY, "epochs": 1}) == (None, [])
    aside = folder.with_name("one-damaged-1")
    said = f"{folder} is damaged: it is kept as {aside}, and the training starts anew.\n"
    assert said in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == {
        file: body for file, body in left.items() if body is not None
    }


def test_after_a_damaged_checkpoint_the_training_starts_anew(checkpoint, tiny_training):
    folder, tiny = train.CHECKPOINTS / "one", {**TINY, "epochs": 1}
    folder.mkdir(parents=True)
    for file, body in {**checkpoint, "last.keras": b"no network"}.items():
        (folder / file).write_bytes(body)
    _, history = train.train(tiny, folder)
    assert len(history) == 1
    assert train.resume(folder, tiny)[1] == history  # the new one is whole


def test_training_lowers_the_loss(tiny_training):
    _, history = train.train({**TINY, "epochs": 6, "augmentation": {}}, train.CHECKPOINTS / "longer")
    assert history[-1]["loss"] < 0.8 * history[0]["loss"]


def test_without_mnist_training_ends_with_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "nowhere.npz"))
    monkeypatch.setattr(train, "CHECKPOINTS", tmp_path / "checkpoints")
    with pytest.raises(SystemExit, match="MNIST_NPZ"):
        train.main(["mnist_cnn"])


@pytest.mark.parametrize("name", train.settings_names())
def test_the_settings_of_every_network_build_it_and_give_their_reasons(name):
    options = train.read_settings(name)
    assert options["network"] == ("mnist_cnn" if name == "first_stage" else name)
    assert NETWORKS[options["network"]](options).count_params() > 90_000
    assert set(options["augmentation"]) <= set(augmentation.OPERATIONS)
    assert set(options["reasons"]) <= {*options, "validation"}


def test_each_row_of_the_development_table_adds_to_the_one_before():
    rows = {row["name"]: row["settings"] for row in development.rows()}
    assert list(rows) == ["three_blocks", "augmentation", "fourth_block", "label_smoothing", "ours", "second_stage"]
    before = rows["three_blocks"]
    for name, key in (
        ("augmentation", "augmentation"),
        ("fourth_block", "blocks"),
        ("label_smoothing", "label_smoothing"),
    ):
        assert {other for other in before if before[other] != rows[name][other]} == {key}
        before = rows[name]
    assert {**rows["ours"], "epochs": None} == {**train.read_settings("first_stage"), "epochs": None}
    assert rows["second_stage"]["continues"] == "development/ours"
    assert {**rows["second_stage"], **{key: RECIPE[key] for key in ("continues", "epochs")}} == RECIPE
    assert len({settings["epochs"] for settings in rows.values()}) == 1
    assert rows["ours"]["epochs"] <= 15


@pytest.fixture
def pretended_seeds(tmp_path, monkeypatch):
    """training.seeds works in tmp_path and does not train; returns the seeds that it would have trained."""
    trained = []

    def pretend(settings, stem):
        trained.append(settings["seed"])
        stem.parent.mkdir(parents=True, exist_ok=True)
        for ending in seeds.ENDINGS:
            (stem.parent / f"{stem.name}{ending}").write_text(f"{settings['seed']}")
        accuracy, nll = {1: (0.99, 0.1), 2: (0.995, 0.2), 3: (0.995, 0.15)}[settings["seed"]]
        card = {
            "made": {"settings": settings},
            "validation": {"accuracy": accuracy, "nll_after_temperature": nll},
        }
        stem.with_suffix(".json").write_text(json.dumps(card))
        return card

    monkeypatch.setattr(seeds, "train_and_write", pretend)
    monkeypatch.setattr(seeds, "learnt_from", lambda settings: {})
    monkeypatch.setattr(seeds, "MODELS", tmp_path)
    return trained


def test_of_three_seeds_the_best_on_validation_ships_and_none_is_trained_twice(pretended_seeds, tmp_path, capsys):
    seeds.main([])
    assert "already trained" not in capsys.readouterr().out
    seeds.main([])
    printed = capsys.readouterr().out
    for seed in seeds.SEEDS:
        assert f"first_stage, seed {seed}: already trained, {SETTINGS['epochs']} epochs\n" in printed
        assert f"mnist_cnn, seed {seed}: already trained, {RECIPE['epochs']} epochs\n" in printed
    assert pretended_seeds == [1, 2, 3, 1, 2, 3]  # every first stage before the second ones, which learn from them
    assert {(tmp_path / f"mnist_cnn{ending}").read_text() for ending in (".keras", ".onnx", "_history.csv")} == {"3"}
    assert json.loads((tmp_path / "mnist_cnn.json").read_text())["made"]["settings"]["seed"] == 3


def test_a_second_stage_is_trained_again_where_what_it_learnt_from_has_changed(pretended_seeds, monkeypatch):
    seeds.main([])
    del pretended_seeds[:]
    now = {"first_stage/2/first_stage.keras": "another"}
    monkeypatch.setattr(seeds, "learnt_from", lambda settings: now if settings.get("continues") else {})
    seeds.main([])
    assert pretended_seeds == [1, 2, 3]


@pytest.mark.parametrize("card", ["{", "[]", "{}", '{"made": {"settings": 3}}'])
def test_a_damaged_seed_stops_before_anything_is_trained_or_copied(pretended_seeds, tmp_path, card):
    seeds.main([])
    (tmp_path / "seeds" / "2" / "mnist_cnn.json").write_text(card)
    (tmp_path / "seeds" / "1" / "mnist_cnn.json").unlink()
    (tmp_path / "mnist_cnn.onnx").unlink()
    with pytest.raises(SystemExit, match=r"mnist_cnn\.json is damaged: restore it, or delete .*2 to train"):
        seeds.main([])
    assert pretended_seeds == [1, 2, 3, 1, 2, 3]
    assert not (tmp_path / "mnist_cnn.onnx").exists()


@pytest.mark.parametrize("ending", [".keras", ".onnx", "_history.csv"])
def test_a_seed_that_misses_a_file_is_one_sentence(pretended_seeds, tmp_path, ending):
    seeds.main([])
    (tmp_path / "seeds" / "3" / f"mnist_cnn{ending}").unlink()
    with pytest.raises(SystemExit, match=rf"mnist_cnn{ending} is missing: restore it, or delete .*3 to train"):
        seeds.main([])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tiny", "--epochs", "0", "--out", "out"], "--epochs must be 1 or more"),
        (["tiny", "--seed", "-1"], "--seed must be 0 or more"),
        (["tiny", "--epochs", "1"], "say with --out"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_before_training(tiny_training, capsys, arguments, said):
    with pytest.raises(SystemExit) as ended:
        train.main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_place_that_cannot_be_written_to_is_refused_before_training(tiny_training, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SystemExit, match=r"file cannot be written to: .* --out"):
        train.main(["tiny", "--out", str(tmp_path / "file")])
    assert not train.CHECKPOINTS.exists()
