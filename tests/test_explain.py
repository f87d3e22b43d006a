"""The network taken apart for the page Architecture: held to small arrays with known answers, and to the network."""

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import Classifier
from inference.calibration import with_temperature
from inference.classifier import models_folder, network_names, read_card
from ui.architecture.convolution import KERNELS
from ui.architecture.explain import class_map, convolved, normalised, patch, pooled, score, strongest
from ui.architecture.weights import Head, read_weights
from ui.digit_choice import sample
from ui.performance.corruptions import CORRUPTIONS, corrupted
from ui.tints import laid_over, marked, number_grid, tinted

NETWORK = models_folder() / "mnist_cnn.onnx"
needs_network = pytest.mark.skipif(not NETWORK.exists(), reason="needs models/mnist_cnn.onnx (make train)")


# --- Arithmetic ------------------------------------------------------------------------------------------------


def test_a_patch_is_centred_on_its_pixel_and_0_beyond_the_edge():
    image = np.arange(1, 10).reshape(3, 3)
    assert patch(image, 1, 1).tolist() == image.tolist()
    assert patch(image, 0, 2).tolist() == [[0, 0, 0], [2, 3, 0], [5, 6, 0]]


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
def test_a_convolution_is_the_sum_of_patch_times_kernel_at_every_place(kernel):
    image = np.random.default_rng(1).integers(0, 256, (28, 28)).astype(np.uint8)
    sums = convolved(image, kernel)
    expected = cv2.filter2D(image.astype(np.float32), -1, kernel, borderType=cv2.BORDER_CONSTANT)
    np.testing.assert_allclose(sums, expected, atol=1e-2)
    assert sums[0, 27] == pytest.approx(float((patch(image, 0, 27) * kernel).sum()), abs=1e-2)


def test_pooling_keeps_the_greatest_of_each_square():
    image = np.array([[1, 2, 0, 0], [3, 4, 0, 9], [5, 0, 1, 1], [0, 0, 1, 1]])
    assert pooled(image).tolist() == [[4, 9], [5, 1]]


def test_the_strongest_maps_come_first():
    maps = np.zeros((2, 2, 3))
    maps[..., 2], maps[0, 0, 0] = 5, 4
    assert strongest(maps, 2) == [2, 0]


def test_a_class_map_is_the_maps_weighed_for_the_digit():
    maps = np.zeros((1, 2, 2), np.float32)
    maps[0, 0], maps[0, 1] = (1, 2), (3, 0)
    weights = np.zeros((2, 10), np.float32)
    weights[:, 7] = 10, -1
    head = Head(weights, np.arange(10, dtype=np.float32))
    assert class_map(maps, head, 7).tolist() == [[8, 30]]
    assert score(maps, head, 7) == 19 + 7


# --- The network's own file ------------------------------------------------------------------------------------


@needs_network
def test_the_scores_of_the_class_maps_are_those_of_the_network():
    network, weights = Classifier(), read_weights(NETWORK)
    for digit in (3, 4, 7):
        image = sample(digit)
        last = list(network.feature_maps(image).values())[-1]
        scores = np.array([[score(last, weights.head, place) for place in range(10)]])
        soft = np.exp(scores - scores.max())
        calibrated = with_temperature(soft / soft.sum(), network.card["temperature"])
        np.testing.assert_allclose(calibrated[0], network.predict(image).probabilities, atol=1e-4)


@needs_network
def test_a_filter_moved_by_hand_gives_what_the_network_computes():
    filters, image = read_weights(NETWORK).filters, sample(5)
    model = onnx.load(NETWORK)
    first = next(node for node in model.graph.node if node.op_type == "Conv").output[0]
    model.graph.output.append(onnx.helper.make_tensor_value_info(first, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run([first], {session.get_inputs()[0].name: image[None, ..., None].astype(np.float32)})
    given_ = normalised(image, filters)
    for one in (0, 13, 31):
        ours = convolved(given_, filters.kernels[one]) + filters.biases[one]
        np.testing.assert_allclose(ours, found[0, one], atol=1e-3)


@needs_network
def test_the_file_holds_the_counted_parameters_without_what_is_folded_in():
    layers = read_card()["layers"]
    folded = sum(layer["parameters"] for layer in layers if layer["kind"] == "BatchNormalization")
    biases = sum(layer["output_shape"][-1] for layer in layers if layer["kind"] == "Conv2D")
    scale_and_shift = 2
    counted = sum(layer["parameters"] for layer in layers) - folded + biases + scale_and_shift
    assert read_weights(NETWORK).numbers == counted


def test_a_network_that_is_built_otherwise_has_no_such_parts():
    heads = {name: read_weights(models_folder() / f"{name}.onnx").head is not None for name in network_names()}
    expected = {"mnist_cnn": True, "resnet10": True, "cnn3": False, "cnn_flask": False, "mlp": False}
    assert heads == {name: expected[name] for name in heads}
    if "mlp" in heads:
        assert read_weights(models_folder() / "mlp.onnx").filters is None


# --- Colours and numbers ---------------------------------------------------------------------------------------


def test_tints_are_white_at_0_orange_above_and_blue_below():
    white, above, below = tinted(np.array([[0.0, 9.0, -9.0]]), 1.0)[0].tolist()
    assert white == [255, 255, 255]
    assert above[0] > above[2]
    assert below[2] > below[0]


def test_what_speaks_for_nothing_leaves_the_digit_grey():
    image = sample(3)
    plain = laid_over(image, np.zeros((7, 7)), 1.0)
    assert (plain[..., 0] == plain[..., 2]).all()
    against = laid_over(image, np.full((7, 7), -1.0), 1.0)
    assert (against[..., 2] > against[..., 0]).all()


def test_a_mark_frames_its_pixels_also_at_the_edge():
    framed = marked(np.zeros((4, 4), np.uint8), 0, 3, 1, 10)
    assert framed.shape == (40, 40, 3)
    assert framed[19, 25].tolist() == [255, 140, 0]
    assert not framed[30:, :].any()


def test_numbers_are_dark_on_light_and_light_on_dark():
    drawn = number_grid([["7", "8"]], np.array([[[255, 255, 255], [0, 0, 0]]]))
    assert drawn.index('fill="#16211f">7<') < drawn.index('fill="#ffffff">8<')


# --- Damage ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_without_strength_changes_nothing_and_with_it_something(name):
    image = sample(6)
    assert np.abs(corrupted(image, name, 0.0).astype(int) - image).max() <= 1
    strong = corrupted(image, name, 1.0)
    assert (strong.shape, strong.dtype) == (image.shape, image.dtype)
    assert np.abs(strong.astype(int) - image).mean() > 3


@pytest.mark.parametrize("name", CORRUPTIONS)
@given(strength=st.floats(0, 1), seed=st.integers(0, 99))
def test_a_corruption_is_repeated_by_its_seed(name, strength, seed):
    image = sample(8)
    assert (corrupted(image, name, strength, seed) == corrupted(image, name, strength, seed)).all()
