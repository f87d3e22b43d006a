"""The eleven steps: each alone on a small picture, and all of them as one."""

from dataclasses import FrozenInstanceError, replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inference import steps
from inference.quality import ADVICE, LEVELS, NOTHING_FOUND, WEIGHTS, Quality
from inference.samples import DIGITS, photo
from inference.steps import STEPS, Config, Sample, candidates, preprocess
from tests.drawn import drawing

NEVER = Config(rembg="never")


def sample(image: np.ndarray, **fields) -> Sample:
    return replace(Sample(NEVER, image), **fields)


def test_there_are_eleven_and_each_explains_itself():
    assert len(STEPS) == 11
    assert len({step.title for step in STEPS}) == 11
    assert all(step.caption.endswith(".") for step in STEPS)


def test_a_sample_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        sample(drawing(3)).image = None


@pytest.mark.parametrize("field", [{"rembg": "perhaps"}, {"rembg_model": "u3net"}])
def test_a_wrong_setting_is_named(field):
    with pytest.raises(ValueError, match=next(iter(field.values()))):
        Config(**field)


@pytest.mark.parametrize(("ink", "ground"), [(20, 255), (230, 0)])
def test_transparency_is_filled_so_that_the_digit_stands_out(ink, ground):
    image = np.zeros((20, 20, 4), np.uint8)
    image[5:15, 8:12] = (ink, ink, ink, 255)
    composed = steps.compose_on_ground(sample(image)).image
    assert composed.shape == (20, 20, 3)
    assert composed[0, 0].tolist() == [ground] * 3
    assert composed[10, 10].tolist() == [ink] * 3


@pytest.mark.parametrize("ink_is_dark", [True, False])
@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_that_fills_its_photo_is_found_whole(digit, ink_is_dark):
    picture = drawing(digit)[..., 0]
    ink_rows, ink_columns = np.nonzero(picture < 128)
    tight = picture[ink_rows.min() : ink_rows.max() + 1, ink_columns.min() : ink_columns.max() + 1]
    tight = np.where(tight < 128, 60, 190).astype(np.uint8)
    if not ink_is_dark:
        tight = 250 - tight
    found = preprocess(np.dstack([tight] * 3), NEVER)
    whole = preprocess(drawing(digit), NEVER)
    assert found.digit is not None
    # The strokes lie where those of the same digit in a large photo do.
    together = np.minimum(found.digit, whole.digit).sum() / np.maximum(found.digit, whole.digit).sum()
    assert together > 0.6


def test_a_light_image_all_round_a_dark_one_is_no_digit_that_fills_the_photo():
    # A dark ground with a small light digit: what is dark reaches every edge, and is the ground all the same.
    small = 255 - drawing(8)[::10, ::10]
    assert preprocess(small, NEVER).digit is not None
    assert "filled" not in preprocess(small, NEVER).trace[1].note


@pytest.mark.parametrize("object_is", ["ink", "sheet"])
def test_beyond_a_cut_out_the_ground_goes_on(object_is):
    image = np.full((120, 120, 3), 60, np.uint8)
    image[20:100, 20:100] = 210
    image[40:80, 56:64] = 30
    mask = np.zeros((120, 120), np.float32)
    mask[(slice(40, 80), slice(56, 64)) if object_is == "ink" else (slice(20, 100), slice(20, 100))] = 1
    composed = steps.compose_on_ground(sample(image, object_mask=mask)).image
    assert composed[2, 2].tolist() == [210] * 3
    assert composed[60, 60].tolist() == [30] * 3


def test_a_small_image_is_not_blurred():
    grey = drawing(5, 64)[..., 0]
    assert np.array_equal(steps.denoise(sample(grey)).image, grey)


def test_the_longer_side_fills_the_box():
    resized = steps.resize_into_box(sample(np.full((60, 30), 255, np.uint8))).image
    assert resized.shape == (20, 10)


def test_the_centre_of_mass_goes_to_the_middle():
    image = np.zeros((20, 10), np.uint8)
    image[7, 3] = 255
    assert np.argwhere(steps.centre_by_mass(sample(image)).image).tolist() == [[14, 14]]
    # Only as far as the box allows: 28 - 20 = 8 rows of play.
    image = np.roll(image, -5, axis=0)
    assert np.argwhere(steps.centre_by_mass(sample(image)).image).tolist() == [[10, 14]]


@settings(max_examples=50, deadline=None)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20))))
def test_centring_loses_nothing(image):
    placed = steps.centre_by_mass(sample(image)).image
    assert placed.shape == (28, 28)
    assert placed.sum(dtype=int) == image.sum(dtype=int)


def test_a_gap_is_closed_and_a_loop_is_not_filled():
    broken = np.zeros((28, 28), np.uint8)
    broken[4:13, 14] = 255
    broken[14:24, 14] = 255
    closed = steps.close_gaps(sample(broken)).image
    assert closed[13, 14] == 255
    assert np.array_equal(closed[broken > 0], broken[broken > 0]), "the rest has not moved"
    loop = np.zeros((28, 28), np.uint8)
    loop[10:13, 10:13] = 255
    loop[11, 11] = 0
    assert np.array_equal(steps.close_gaps(sample(loop)).image, loop)


def test_the_strongest_ink_becomes_white_and_the_ground_stays_black():
    faint = np.zeros((40, 40), np.uint8)
    faint[5:35, 18:23] = 60
    enhanced = steps.enhance_contrast(sample(faint)).image
    assert enhanced[20, 20] == 255
    assert enhanced[0, 0] == 0


def test_a_fading_stroke_is_lifted():
    fading = np.zeros((80, 40), np.uint8)
    fading[:, 15:25] = np.linspace(255, 70, 80)[:, None]
    plain = fading.max() * np.ones_like(fading)
    enhanced = steps.enhance_contrast(sample(fading)).image
    assert enhanced[70, 20] > fading[70, 20]
    assert (enhanced <= plain).all()
    assert enhanced[70, 2] == 0


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("make", [drawing, photo])
def test_a_digit_comes_out_as_mnist_has_them(digit, make):
    result = preprocess(make(digit), NEVER)
    assert len(result.trace) == 11
    assert [step.number for step in result.trace] == list(range(1, 12))
    assert result.digit.shape == (28, 28)
    assert result.digit.dtype == np.uint8
    rows, columns = np.nonzero(result.digit > 40)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (18, 19, 20, 21)
    assert result.digit.max() > 200
    assert np.array_equal(result.trace[-1].image, result.digit)


def test_polarity_does_not_matter():
    ink = preprocess(drawing(4), NEVER).digit.astype(int)
    chalk = preprocess(255 - drawing(4), NEVER).digit.astype(int)
    assert np.abs(ink - chalk).mean() < 6


def test_size_and_place_do_not_matter():
    small = np.full((600, 800, 3), 235, np.uint8)
    small[30:230, 560:760] = np.minimum(drawing(6, 200), 235)
    large = preprocess(drawing(6), NEVER).digit.astype(int)
    assert np.abs(preprocess(small, NEVER).digit.astype(int) - large).mean() < 12


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("side", [8, 28, 300])
def test_a_plain_image_is_blank_with_the_trace_as_far_as_it_went(value, side):
    result = preprocess(np.full((side, side, 3), value, np.uint8), NEVER)
    assert result.digit is None
    assert result.trace[-1].title == "Extraction"
    assert len(result.trace) == 6
    assert result.certainty == 0
    assert result.quality.score == 0
    assert result.quality.advice == NOTHING_FOUND


def test_grain_and_an_even_shadow_are_blank():
    rng = np.random.default_rng(1)
    slope = np.tile(np.linspace(150, 220, 640), (480, 1))
    paper = np.clip(slope[..., None] + rng.normal(0, 6, (480, 640, 3)), 0, 255).astype(np.uint8)
    assert preprocess(paper, NEVER).digit is None


def test_noise_is_blank():
    noise = np.random.default_rng(2).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    assert preprocess(noise, NEVER).digit is None


@settings(max_examples=30, deadline=None)
@given(arrays.arrays(np.uint8, st.tuples(st.integers(8, 40), st.integers(8, 40), st.sampled_from([3, 4]))))
def test_any_pixels_give_a_digit_or_blank(pixels):
    result = preprocess(pixels, NEVER)
    assert result.digit is None or (result.digit.shape == (28, 28) and result.digit.any())


def on_a_sheet(digit: int, light: np.ndarray) -> np.ndarray:
    """Return a small digit on a sheet under a light, (R, C), 0-1, as a photo."""
    grey = np.full(light.shape, 235, np.float32)
    grey[150:270, 200:320] = np.minimum(drawing(digit, 120)[..., 0], 235)
    return np.repeat((grey * light).astype(np.uint8)[..., None], 3, axis=2)


def shadow(rows: int, columns: int) -> np.ndarray:
    """Light that a straight edge takes half of away, across the middle and aslant."""
    row, column = np.mgrid[:rows, :columns]
    return np.where(row + 0.4 * column > 0.5 * rows + 0.2 * columns, 0.5, 1.0).astype(np.float32)


@pytest.mark.parametrize("digit", [2, 5, 8])
def test_the_edge_of_a_shadow_across_the_digit_changes_little(digit):
    even = preprocess(on_a_sheet(digit, np.ones((420, 560), np.float32)), NEVER).digit.astype(int)
    assert np.abs(preprocess(on_a_sheet(digit, shadow(420, 560)), NEVER).digit - even).mean() < 8


def looks(grey: np.ndarray) -> list[tuple[int, int]]:
    """Return the width and height of what each candidate of a grey photo found."""
    notes = [
        made.trace[5].note
        for made in candidates(np.dstack([grey] * 3).astype(np.uint8), NEVER)
        if made.digit is not None
    ]
    return [tuple(int(side) for side in note.split(" pixels")[0].split("×")) for note in notes]


def test_ink_among_the_shadows_of_fingers_is_looked_for_alone():
    grey = np.full((400, 400), 220, np.float32)
    for angle in np.radians([-40, 0, 40, 80]):
        tip = round(280 - 190 * np.cos(angle)), round(260 - 190 * np.sin(angle))
        cv2.line(grey, (280, 260), tip, 140, 26)
    cv2.circle(grey, (280, 260), 60, 140, -1)
    grey = cv2.GaussianBlur(grey, (0, 0), 2)
    digit = np.array([(120, 200), (170, 200), (135, 310)], np.int32)
    ink = cv2.polylines(np.zeros_like(grey), [digit], False, 1.0, 6, cv2.LINE_AA)
    found = looks(grey * (1 - 0.75 * ink))
    assert any(abs(width - 56) < 8 and abs(height - 116) < 8 for width, height in found)


@pytest.mark.parametrize("times", [1, 3])
def test_a_digit_at_the_border_is_also_looked_for_with_more_ground(times):
    # A broad stroke along the border: nothing but a little ground beside it shows that it is one.
    grey = np.full((300, 400), 220, np.uint8)
    cv2.polylines(grey, [np.array([(100, 120), (190, 120), (150, 285), (90, 285), (210, 285)])], False, 60, 32)
    heights = [height for _, height in looks(np.kron(grey, np.ones((times, times), np.uint8)))]
    assert max(heights) == pytest.approx(196 * times, abs=6 * times)


def test_a_sheet_on_a_dark_table_is_not_the_digit():
    photo_of_table = np.full((420, 560, 3), 60, np.uint8)
    photo_of_table[130:290, 180:340] = on_a_sheet(3, np.ones((420, 560), np.float32))[130:290, 180:340]
    alone = preprocess(on_a_sheet(3, np.ones((420, 560), np.float32)), NEVER).digit.astype(int)
    result = preprocess(photo_of_table, NEVER)
    assert "Dark ink" in result.trace[2].note
    assert np.abs(result.digit - alone).mean() < 12


def test_a_large_photo_is_looked_at_closely():
    large = np.full((900, 1000, 3), 235, np.uint8)
    large[400:520, 500:620] = np.minimum(drawing(6, 120), 235)
    result = preprocess(large, NEVER)
    assert max(result.trace[4].image.shape) < 600, "the ink is looked for on a small copy"
    width, height = (int(number) for number in result.trace[5].note.split(" pixels")[0].split("×"))
    assert 75 < height < 115
    assert 40 < width < 115


def test_paper_with_nothing_on_it_but_shadows_edges_and_squares_is_blank():
    bare = np.full((420, 560), 225, np.float32)
    squared = bare.copy()
    squared[20::35] = squared[:, 10::35] = 170
    table = bare.copy()
    table[:, 400:] = 90
    for grey in (bare * shadow(420, 560), squared, squared * shadow(420, 560), table):
        assert preprocess(np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2), NEVER).digit is None


def test_quality_is_the_weighted_sum_and_has_four_levels():
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert Quality(1, 1, 1).score == pytest.approx(1)
    assert Quality(1, 0, 0, 0, 0).score == pytest.approx(WEIGHTS["contrast"])
    assert [Quality(x, x, x, x, x).level for x in (0.8, 0.6, 0.4, 0.1)] == [name for name, _ in LEVELS]


@pytest.mark.parametrize("name", list(WEIGHTS))
def test_quality_advises_on_the_worst_measure(name):
    assert replace(Quality(1, 1, 1), **{name: 0.1}).advice == ADVICE[name]
    assert replace(Quality(1, 1, 1), **{name: 0.9}).advice == ""


def test_what_the_network_doubts_is_less_legible():
    doubts = [Quality(1, 1, 1).with_confidence(confidence).legibility for confidence in (1.0, 0.999, 0.9, 0.0)]
    assert doubts == pytest.approx([1, 1, 1 / 3, 0])


def test_a_faint_digit_has_less_quality_than_a_strong_one():
    faint = 255 - (255 - drawing(3)) // 8
    assert preprocess(faint, NEVER).quality.contrast < preprocess(drawing(3), NEVER).quality.contrast
