"""The synthetic scenes: the same from the same seed, honest about where the digit is, and fairly counted."""

import csv
import json

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.classifier import models_folder
from inference.samples import written
from inference.verdict import BLANK, DIGIT, UNSURE, VERDICTS
from tests.small import small_mnist, take_for_mnist
from training import scene_benchmark as benchmark
from training.data import Split
from training.scene_benchmark import Answer, Planned
from training.scene_grounds import Site
from training.scene_pens import CHALK, FINE, MARKER, SIDE, THIN_PEN, handwriting, noise, stroke_field, thinned
from training.scenes import CONDITIONS, LATER, is_writable, scene

needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)


def small_digit(digit: int, seed: int | None = None) -> np.ndarray:
    """A digit as MNIST has it, (28, 28) uint8: about 20 pixels high, strokes 2 to 3 wide."""
    return cv2.resize(written(digit, 280, 0.09, seed), (28, 28), interpolation=cv2.INTER_AREA)


def crossing() -> np.ndarray:
    """A plus: two strokes 3 pixels wide."""
    image = np.zeros((28, 28), np.uint8)
    image[4:24, 13:16] = image[13:16, 4:24] = 255
    return image


# --- Pens ------------------------------------------------------------------------------------------------------


def test_a_bar_is_thinned_to_a_line_and_a_ring_stays_a_ring():
    bar = np.zeros((11, 31), bool)
    bar[3:8, 3:28] = True
    line = thinned(bar)
    assert (line.sum(axis=0) <= 1).all()
    assert line[5, 8:23].all()
    ring = np.zeros((21, 21), bool)
    ring[3:18, 3:18] = True
    ring[8:13, 8:13] = False
    grounds, _ = cv2.connectedComponents((~thinned(ring)).astype(np.uint8), connectivity=4)
    assert grounds - 1 == 2, "the ground around the ring and the one within"


@pytest.mark.parametrize("width", [3.0, 6.0, 12.0])
def test_a_pen_writes_as_wide_as_it_is(width):
    ink = handwriting(crossing()).pen(width) > 0
    # Across the upper arm, half way up it.
    assert ink[9 * FINE].sum() == pytest.approx(width, abs=1.5)


def test_the_outline_is_where_mnist_has_it():
    top, left, height, side = handwriting(crossing()).box
    for edge, pixels in ((top, 4), (left, 4), (height, 20), (side, 20)):
        assert edge == pytest.approx(pixels * FINE, abs=FINE / 2)


@pytest.mark.parametrize("digit", range(10))
def test_a_drawn_digit_is_faithful_and_its_stroke_has_no_steps(digit):
    hand = handwriting(small_digit(digit))
    assert hand.is_faithful
    ink = cv2.resize(hand.pen(0.06 * SIDE), None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC) > 0
    outlines, _ = cv2.findContours(ink.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    smooth, _ = cv2.findContours(
        (cv2.GaussianBlur(ink.astype(np.float32), (0, 0), 4) > 0.5).astype(np.uint8),
        cv2.RETR_LIST,
        cv2.CHAIN_APPROX_NONE,
    )
    # The steps of 24 enlarged pixels would be lost by smoothing, and the outline with them.
    assert sum(map(len, outlines)) == pytest.approx(sum(map(len, smooth)), rel=0.08)


def test_a_filled_loop_and_a_broken_stroke_are_not_faithful():
    filled = np.zeros((28, 28), np.uint8)
    filled[4:16, 13:15] = 255
    cv2.circle(filled, (14, 18), 6, 255, -1)
    assert not is_writable(filled)
    broken = crossing()
    broken[6:10, 13:16] = 80  # still seen, but too faint to be ink
    assert is_writable(crossing())
    assert not is_writable(broken)


def test_an_image_without_ink_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="no ink"):
        handwriting(np.zeros((28, 28), np.uint8))


def test_a_marker_keeps_the_strokes_and_so_does_any_pen_where_the_axis_is_not_the_digit():
    rng = np.random.default_rng(0)
    hand = handwriting(crossing())
    assert (stroke_field(hand, MARKER, rng)[0] > 0).sum() > 3 * (stroke_field(hand, THIN_PEN, rng)[0] > 0).sum()
    filled = np.zeros((28, 28), np.uint8)
    cv2.circle(filled, (14, 14), 8, 255, -1)
    blot = stroke_field(handwriting(filled), THIN_PEN, rng)[0] > 0
    assert blot.sum() == pytest.approx(np.pi * (8 * FINE) ** 2, rel=0.15)


@pytest.mark.parametrize("size", [1.0, 3.3, 500.0])
def test_noise_has_the_form_that_was_asked_for(size):
    grains = noise((40, 70), np.random.default_rng(1), size)
    assert (grains.shape, grains.dtype) == ((40, 70), np.float32)
    assert np.abs(np.diff(grains)).mean() < (1.5 if size == 1 else 1.0 if size < 10 else 0.2)


# --- Scenes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_same_seed_gives_the_same_photo(condition):
    image = small_digit(3)
    first, second = scene(image, 3, condition, 1), scene(image, 3, condition, 1)
    assert first.photo.tobytes() == second.photo.tobytes()
    assert (first.box, first.label, first.condition, first.seed) == (second.box, 3, condition, 1)


def test_another_seed_or_another_condition_gives_another_photo():
    first, second, third = (scene(small_digit(3), 3, *how).photo for how in (("paper", 1), ("paper", 2), ("tilted", 1)))
    assert first.tobytes() != second.tobytes()
    assert first.tobytes() != third.tobytes()


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_photo_is_as_its_condition_says(condition):
    how = CONDITIONS[condition]
    for seed in range(2):
        made = scene(small_digit(seed + 2), seed + 2, condition, seed)
        rows, columns, channels = made.photo.shape
        row, column, height, width = made.box
        assert (made.photo.dtype, channels) == (np.uint8, 3)
        assert 0 <= row < row + height <= rows
        assert 0 <= column < column + width <= columns
        if how.cut:
            assert max(height, width) > 0.85 * max(rows, columns)
            continue
        assert how.sides[0] // how.reduced - 1 <= max(rows, columns) <= how.sides[1] // how.reduced + 1
        share = max(height, width) / min(rows, columns)
        # Turning and perspective change a size a little, the border may cut some off.
        assert 0.6 * how.size[0] < share < 1.35 * how.size[1]


@pytest.mark.parametrize("condition", ["paper", "thin_pen", "tilted", "far", "light_on_dark"])
def test_the_digit_is_where_the_scene_says(condition):
    light_ink = condition == "light_on_dark"
    for seed in range(4):
        made = scene(small_digit(8), 8, condition, seed)
        grey = made.photo.min(axis=2).astype(np.float32)
        away = grey - cv2.medianBlur(made.photo, 5).min(axis=2) if condition == "thin_pen" else grey - np.median(grey)
        strongest = np.argwhere((away if light_ink else -away) > 0.7 * (away if light_ink else -away).max())
        row, column, height, width = made.box
        inside = ((strongest >= (row - 3, column - 3)) & (strongest <= (row + height + 3, column + width + 3))).all(
            axis=1
        )
        assert inside.mean() > 0.97


def test_at_the_border_the_digit_touches_it():
    for seed in range(8):
        made = scene(small_digit(2), 2, "at_border", seed)
        row, column, height, width = made.box
        rooms = (row, column, made.photo.shape[0] - row - height, made.photo.shape[1] - column - width)
        assert min(rooms) <= 0.02 * max(height, width) + 1


def test_around_the_digit_its_sheet_is_whole():
    for seed in range(6):
        made = scene(small_digit(4), 4, "sheet_edge", seed)
        row, column, height, width = made.box
        ring = np.ones((height + 8, width + 8), bool)
        ring[4:-4, 4:-4] = False
        around = np.pad(made.photo.mean(axis=2), 4, mode="edge")[row : row + height + 8, column : column + width + 8]
        # A table's edge in it would differ more than light and grain.
        assert np.ptp(np.quantile(around[ring], (0.05, 0.95))) < 30


@pytest.fixture
def site() -> Site:
    """A frame of 60×90 with a digit of 20×20 in its middle."""
    sheet = np.array([[1, 0, 45], [0, 1, 30], [0, 0, 1.0]])
    digit = np.array([[20 / SIDE, 0, 35], [0, 20 / SIDE, 20], [0, 0, 1.0]])
    return Site(60, 90, sheet, digit, (0, 0, SIDE, SIDE), (20, 35, 20, 20))


@pytest.mark.parametrize("ground", {how.ground for how in CONDITIONS.values()})
def test_a_ground_is_a_picture_in_even_light(ground, site):
    for seed in range(5):
        picture = ground(site, np.random.default_rng(seed))
        assert (picture.shape, picture.dtype) == ((60, 90, 3), np.float32)
        assert -20 < picture.min() < picture.max() < 290


@pytest.mark.parametrize("light", {how.light for how in CONDITIONS.values()})
def test_light_dims_everywhere_and_blackens_nowhere(light, site):
    for seed in range(5):
        field = light(site, np.random.default_rng(seed))
        assert (field.shape, field.dtype) == ((60, 90, 3), np.float32)
        assert 0.02 < field.min() <= field.max() < 1.2


def test_chalk_lightens_and_ink_darkens_the_ground():
    board, paper = (scene(small_digit(0), 0, condition, 5) for condition in ("blackboard", "paper"))
    for made, lighter in ((board, True), (paper, False)):
        row, column, height, width = made.box
        part = made.photo[row : row + height, column : column + width].mean(axis=2)
        extreme, middle = (part.max() if lighter else part.min()), np.median(made.photo)
        assert (extreme > middle + 60) if lighter else (extreme < middle - 60)
    assert CHALK.is_light


def test_an_unknown_condition_is_a_key_error():
    with pytest.raises(KeyError, match="underwater"):
        scene(small_digit(1), 1, "underwater", 0)


# --- The plan --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def split() -> Split:
    """Two hundred digits of which the first three cannot be written."""
    labels = np.arange(200) % 10
    images = np.stack([small_digit(int(label), seed) for seed, label in enumerate(labels)])
    images[:3] = cv2.circle(np.zeros((28, 28), np.uint8), (14, 14), 8, 255, -1)
    return Split(images, labels.astype(np.uint8))


def test_no_digit_is_taken_twice_and_labels_are_the_splits(split):
    names = list(CONDITIONS)
    planned = benchmark.plan(split, 3 * len(names), left_out={3, 14})
    places = [one.index for one in planned]
    assert len(set(places)) == len(places) == 3 * len(names)
    assert not {0, 1, 2, 3, 14} & set(places)
    assert [one.label for one in planned] == split.labels[places].tolist()
    assert [one.condition for one in planned] == [name for name in names for _ in range(3)]
    assert len({one.seed for one in planned}) == len(planned)
    assert planned == benchmark.plan(split, 3 * len(names), left_out={3, 14})


def test_more_scenes_begin_with_the_same_and_another_seed_takes_others(split):
    some, more = set(benchmark.plan(split, 30)), set(benchmark.plan(split, 90))
    assert some < more
    assert not some & set(benchmark.plan(split, 30, seed=7))


def test_within_a_condition_the_labels_are_even(monkeypatch, split):
    monkeypatch.setattr(benchmark, "CONDITIONS", {name: CONDITIONS[name] for name in list(CONDITIONS)[:6]})
    planned = benchmark.plan(split, 60)
    for name in benchmark.CONDITIONS:
        assert sorted(one.label for one in planned if one.condition == name) == list(range(10))


def test_what_was_added_later_changes_no_other_scene(monkeypatch, split):
    whole = benchmark.plan(split, 2 * len(CONDITIONS))
    before = {name: how for name, how in CONDITIONS.items() if name not in LATER}
    monkeypatch.setattr(benchmark, "CONDITIONS", before)
    assert [one for one in whole if one.condition in before] == benchmark.plan(split, 2 * len(before))


def test_too_few_digits_are_a_sentence(split):
    # Nineteen of each label that the unwritable are of.
    with pytest.raises(ValueError, match="too few digits"):
        benchmark.plan(split, 200)


# --- Figures ---------------------------------------------------------------------------------------------------


def answer(label: int, digit: int | None, verdict: str, quality: float, confidence: float, condition="paper") -> Answer:
    probabilities = None
    if digit is not None:
        probabilities = np.full(10, (1 - confidence) / 9)
        probabilities[digit] = confidence
    return Answer(Planned(label, label, condition, label), verdict, digit, probabilities, quality, 10.0)


def test_the_area_under_the_roc_curve():
    def area(scores, right):
        return benchmark.auroc(np.array(scores), np.array(right, bool))

    assert area([0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0]) == 1.0
    assert area([0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0]) == 0.0
    assert area([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0]) == 0.5
    # Of the four pairs of a right and a wrong one, three are in order.
    assert area([0.9, 0.4, 0.6, 0.1], [1, 1, 0, 0]) == 0.75
    assert area([0.9, 0.4], [1, 1]) is None
    assert area([0.9, 0.4], [0, 0]) is None


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=40))
def test_the_other_way_round_the_area_is_the_rest(pairs):
    scores, right = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    area = benchmark.auroc(scores, right)
    assert (area is None) == (right.all() or not right.any())
    if area is not None:
        assert benchmark.auroc(-scores, right) == pytest.approx(1 - area)
        assert benchmark.auroc(scores, ~right) == pytest.approx(1 - area)
        assert benchmark.auroc(2.0**scores, right) == area


def test_the_interval_of_a_ranking_holds_its_value_and_narrows_with_more():
    rng = np.random.default_rng(3)
    widths = []
    for count in (40, 400):
        right = rng.random(count) < 0.7
        row = benchmark.ranking(rng.normal(0, 1, count) + right, right)
        assert row["interval"][0] < row["value"] < row["interval"][1]
        widths.append(row["interval"][1] - row["interval"][0])
    assert widths[1] < 0.6 * widths[0]
    assert benchmark.ranking(np.ones(3), np.ones(3, bool)) is None


def test_the_figures_of_known_answers():
    results = [
        answer(1, 1, DIGIT, 0.9, 0.9),
        answer(2, 2, DIGIT, 0.8, 0.9),
        answer(3, 5, DIGIT, 0.7, 0.6),
        answer(4, 4, UNSURE, 0.6, 0.5, "far"),
        answer(5, None, BLANK, 0.0, 0.0, "far"),
    ]
    found = benchmark.figures(results)
    assert (found["overall"]["right"], found["overall"]["total"], found["overall"]["accuracy"]) == (3, 5, 0.6)
    assert {name: (row["right"], row["total"]) for name, row in found["conditions"].items()} == {
        "paper": (2, 3),
        "far": (1, 2),
    }
    none = dict.fromkeys(VERDICTS, 0)
    assert found["verdicts"] == none | {DIGIT: 3, UNSURE: 1, BLANK: 1}
    assert found["conditions"]["far"]["verdicts"] == none | {UNSURE: 1, BLANK: 1}
    assert (found["digit_verdicts"]["right"], found["digit_verdicts"]["total"]) == (2, 3)
    # Four were answered: two at 0.9 are right, one at 0.6 is wrong, one at 0.5 is right.
    assert found["ece"] == pytest.approx((2 * 0.1 + 0.6 + 0.5) / 4)
    # Of the six pairs of a right and a wrong one, the 4 is below the misread 3.
    assert found["auroc"]["quality"]["value"] == pytest.approx(5 / 6)
    assert found["milliseconds"]["median"] == 10
    text = benchmark.table(found | {"digits_alone": {"accuracy": 1.0}})
    assert "paper" in text
    assert "3/5" in text
    assert [row["answer"] for row in benchmark.rows(results)] == [1, 2, 5, 4, None]


def test_figures_where_all_is_blank_or_right():
    blank = benchmark.figures([answer(1, None, BLANK, 0.0, 0.0)])
    assert (blank["ece"], blank["auroc"], blank["digit_verdicts"]["accuracy"]) == (
        None,
        {"quality": None, "confidence": None},
        None,
    )
    text = benchmark.table(blank | {"digits_alone": {"accuracy": 1.0}})
    assert "ECE" not in text
    assert benchmark.figures([answer(1, 1, DIGIT, 0.9, 0.9)])["overall"]["accuracy"] == 1


# --- The command -----------------------------------------------------------------------------------------------


@needs_network
def test_the_command_measures_writes_and_repeats_itself(tmp_path, monkeypatch, capsys):
    take_for_mnist(small_mnist(400, 40), tmp_path / "small.npz", monkeypatch)
    asked = ["--count", str(len(CONDITIONS)), "--rembg", "never"]
    for name in ("first", "second"):
        benchmark.main([*asked, "--json", str(tmp_path / f"{name}.json"), "--sheets", str(tmp_path / "sheets")])
    printed = capsys.readouterr().out
    measured = json.loads((tmp_path / "first.json").read_text(encoding="utf-8"))
    assert measured["overall"]["total"] == len(CONDITIONS)
    assert list(measured["conditions"]) == list(CONDITIONS)
    assert all(name in printed for name in CONDITIONS)
    assert (tmp_path / "first.csv").read_bytes() == (tmp_path / "second.csv").read_bytes()
    with (tmp_path / "first.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["label"] == row["answer"] for row in rows) == measured["overall"]["right"]
    assert {path.stem for path in (tmp_path / "sheets").iterdir()} == set(CONDITIONS)
    # Only a report on the test digits goes where the documents look for it.
    assert "scenes.json" not in printed


def test_what_cannot_be_measured_is_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path))
    with pytest.raises(SystemExit, match="mnist_cnn"):
        benchmark.main([])
    with pytest.raises(SystemExit):
        benchmark.main(["--count", "0"])
    assert "at least 1" in capsys.readouterr().err
