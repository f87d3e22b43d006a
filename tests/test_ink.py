"""The ground and the ink finder, on small pictures whose answer is known."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inference.evidence import WEIGHTS, Evidence
from inference.ground import (
    closed_ground,
    darkness_grey,
    ground_is_light,
    reduced_by_whole,
    spread,
    strokes_strength,
)
from inference.ink import Threshold, components, find_digit, ink_threshold, stroke_width, without_rules
from inference.rules import printed_lines, without_boxes

CLEAR = Threshold(ink=0.3, noise=0.01)


def sheet(rows: int, columns: int, value: int = 200) -> np.ndarray:
    return np.full((rows, columns), value, np.uint8)


def seven(strength: np.ndarray, row: int, column: int, height: int, width: int, pen: int = 4) -> np.ndarray:
    """Write a 7 of full strength into a strength map."""
    points = np.array([(column, row), (column + width, row), (column + width // 3, row + height)], np.int32)
    cv2.polylines(strength, [points], False, 1.0, pen)
    return strength


@pytest.mark.parametrize("ground", [255, 200, 120])
def test_dark_ink_means_a_light_ground(ground):
    grey = sheet(60, 80, ground)
    grey[20:40, 38:43] = ground // 3
    assert ground_is_light(np.dstack([grey] * 3))
    assert not ground_is_light(255 - np.dstack([grey] * 3))


def test_a_thick_digit_is_still_the_minority():
    grey = sheet(28, 28, 255)
    grey[4:24, 6:22] = 0
    grey[9:19, 11:17] = 255
    assert ground_is_light(np.dstack([grey] * 3))


@pytest.mark.parametrize("ink", [(200, 0, 0), (0, 0, 200), (0, 130, 0), (230, 200, 0)])
def test_ink_of_any_colour_is_dark_in_grey(ink):
    rgb = np.full((40, 40, 3), (240, 235, 220), np.uint8)
    rgb[10:30, 18:22] = ink
    grey = darkness_grey(rgb, light_ground=True)
    assert int(grey[20, 20]) < 10
    # The ground's cast is gone: it is as light as its lightest channel.
    assert abs(int(grey[2, 2]) - 240) <= 1


def test_light_ink_on_a_dark_ground_takes_the_lightest_channel():
    rgb = np.full((40, 40, 3), (20, 40, 30), np.uint8)
    rgb[10:30, 18:22] = (250, 240, 60)
    grey = darkness_grey(rgb, light_ground=False)
    assert (int(grey[2, 2]), int(grey[20, 20])) == (40, 250)


def test_a_sharp_shadow_is_ground_and_a_stroke_across_its_edge_is_ink():
    grey = sheet(120, 160, 220)
    grey[:, 80:] = 110
    grey[55:61, 40:120] //= 4
    ground = closed_ground(grey, 21)
    assert np.array_equal(ground[:50, :80], grey[:50, :80])
    assert np.array_equal(ground[:50, 80:], grey[:50, 80:])
    strength = strokes_strength(grey, 21)
    assert strength[58, 50:110].min() > 0.7
    assert np.abs(strength[:50]).max() == 0


def test_the_noise_of_the_ground_is_no_strength():
    noisy = np.random.default_rng(0).normal(180, 6, (200, 200)).clip(0, 255).astype(np.uint8)
    assert abs(np.median(strokes_strength(noisy, 15))) < 0.01


def test_a_copy_is_reduced_by_a_whole_number():
    image = np.arange(13 * 20, dtype=np.uint8).reshape(13, 20)
    copy, times = reduced_by_whole(image, 10)
    assert (copy.shape, times) == ((6, 10), 2)
    assert copy[0, 0] == pytest.approx((0 + 1 + 20 + 21) / 4, abs=0.6)
    assert reduced_by_whole(image, 20)[0] is image


def test_spread_is_the_standard_deviation_of_normal_values():
    values = np.random.default_rng(0).normal(5, 3, 20_000)
    assert spread(values) == pytest.approx(3, rel=0.03)
    assert spread(np.append(values, [1e9] * 100)) == pytest.approx(3, rel=0.03)


def test_the_threshold_lies_between_noise_and_ink():
    strength = np.random.default_rng(0).normal(0, 0.01, (200, 200)).astype(np.float32)
    strength[90:110, 98:102] = 0.4  # 0.2 % of the pixels: Otsu over all of them would split the noise
    threshold = ink_threshold(strength)
    assert 0.07 <= threshold.ink < 0.3
    assert threshold.noise == pytest.approx(0.01, rel=0.1)


def test_components_have_known_places_and_sizes():
    strength = np.zeros((20, 30), np.float32)
    strength[2:6, 3:5] = 0.5
    strength[10:20, 20:23] = 1.0
    _, (large, small) = components(strength, strength > 0.3)
    assert (large.row, large.column, large.height, large.width, large.area) == (10, 20, 10, 3, 30)
    assert (large.touched_edges, small.touched_edges) == (1, 0)
    assert small.strength == pytest.approx(0.5)
    assert small.centre == (4.0, 4.0)


@pytest.mark.parametrize("pen", [3, 5, 9])
def test_stroke_width_of_a_bar(pen):
    mask = np.zeros((60, 60), bool)
    mask[5:55, 20 : 20 + pen] = True
    assert stroke_width(mask) == pytest.approx(pen, abs=1)


def test_stroke_width_of_nothing_is_zero():
    assert stroke_width(np.zeros((5, 5), bool)) == 0


def test_the_digit_is_found_where_it_is():
    found = find_digit(seven(np.zeros((200, 300), np.float32), 60, 180, 80, 50), CLEAR)
    assert (found.row, found.column) == pytest.approx((58, 178), abs=2)
    assert (found.height, found.width) == pytest.approx((84, 54), abs=3)
    assert found.certainty > 0.9


def test_a_plain_stroke_is_a_digit():
    strength = np.zeros((200, 200), np.float32)
    strength[30:170, 98:103] = 1.0
    found = find_digit(strength, CLEAR)
    assert (found.height, found.width) == (140, 5)


def test_the_bar_of_a_five_belongs_to_it():
    strength = np.zeros((200, 200), np.float32)
    cv2.ellipse(strength, (100, 120), (30, 35), 0, -100, 130, 1.0, 5)
    cv2.line(strength, (90, 65), (130, 65), 1.0, 5)
    assert find_digit(strength, CLEAR).row <= 63


def test_the_slope_of_a_page_edge_beside_the_digit_is_no_part_of_it():
    strength = seven(np.zeros((300, 300), np.float32), 110, 100, 80, 50)
    # Where a sheet ends, the estimated ground is a ramp: too bright on one side, fading ink on the other.
    strength[60:250, 170:210] = np.linspace(0.9, 0.1, 40)
    strength[60:250, 150:170] = -0.8
    found = find_digit(strength, CLEAR)
    assert found.column + found.width < 160
    assert found.height < 100


def test_a_drawn_box_is_not_the_digit():
    strength = seven(np.zeros((300, 300), np.float32), 110, 120, 80, 50)
    cv2.rectangle(strength, (50, 50), (250, 250), 1.0, 4)
    found = find_digit(strength, CLEAR)
    assert found.height < 100


def test_a_box_that_is_open_and_tilted_is_not_the_digit():
    strength = seven(np.zeros((300, 300), np.float32), 110, 120, 80, 50)
    corners = np.array([(70, 40), (250, 70), (220, 250), (45, 220), (66, 70)], np.int32)
    cv2.polylines(strength, [corners], False, 1.0, 4)
    assert find_digit(strength, CLEAR).height < 100


def test_what_a_ruled_line_leaves_in_a_loop_makes_it_no_box():
    strength = np.zeros((200, 200), np.float32)
    cv2.ellipse(strength, (100, 100), (45, 70), 0, 0, 360, 1.0, 8)
    cv2.line(strength, (98, 60), (98, 140), 0.45, 3)
    assert find_digit(strength, CLEAR).height > 140


def test_a_pen_beside_the_digit_is_not_the_digit():
    strength = seven(np.zeros((300, 300), np.float32), 110, 60, 90, 60, pen=6)
    cv2.line(strength, (220, 80), (235, 220), 1.0, 10)
    assert find_digit(strength, CLEAR).column < 100


def test_the_walls_of_a_cell_are_no_parts_of_the_digit():
    strength = seven(np.zeros((300, 300), np.float32), 110, 130, 80, 40)
    strength[80:220, 110:113] = strength[80:220, 194:197] = 1.0
    found = find_digit(strength, CLEAR)
    assert found.column > 120
    assert found.width < 50


def test_a_zero_is_not_a_box():
    strength = np.zeros((200, 200), np.float32)
    cv2.ellipse(strength, (100, 100), (45, 70), 0, 0, 360, 1.0, 8)
    assert find_digit(strength, CLEAR).height > 140


def test_a_page_edge_is_not_the_digit():
    strength = seven(np.zeros((300, 300), np.float32), 110, 120, 80, 50)
    strength[:, :12] = 1.0
    assert find_digit(strength, CLEAR).column > 100


def test_nothing_is_found_on_nothing():
    assert find_digit(np.zeros((100, 100), np.float32), CLEAR) is None


def test_a_flat_bar_is_no_digit():
    strength = np.zeros((200, 200), np.float32)
    strength[100:104, 40:160] = 1.0
    assert find_digit(strength, CLEAR) is None


@pytest.mark.parametrize("slope", [0.0, 0.06, -0.06])
def test_ruled_lines_go_and_the_stroke_that_crosses_stays(slope):
    strength = np.zeros((300, 400), np.float32)
    for row in range(40, 260, 50):
        cv2.line(strength, (0, row), (399, round(row + slope * 399)), 0.5, 2)
    seven(strength, 100, 180, 100, 60, pen=7)
    mask = without_rules(strength, CLEAR)
    digit = seven(np.zeros_like(strength), 100, 180, 100, 60, pen=7) > 0
    assert mask[digit].mean() > 0.92
    assert mask[~cv2.dilate(digit.astype(np.uint8), np.ones((9, 9))).astype(bool)].mean() < 0.002


def test_squared_paper_goes_too():
    strength = np.zeros((300, 300), np.float32)
    strength[20::40] = 0.5
    strength[:, 25::40] = 0.5
    mask = without_rules(seven(strength, 100, 120, 100, 60, pen=7), CLEAR)
    _, pieces = components(mask.astype(np.float32), mask)
    assert pieces[0].height == pytest.approx(107, abs=4)


def grid(rows: int, columns: int, pitch: int, slope: float, strength: float) -> np.ndarray:
    """Squared paper seen from the side: each line has a slope of its own, those of the others in between."""
    lines = np.zeros((rows, columns), np.float32)
    for place in range(-rows, 2 * rows, pitch):
        cv2.line(lines, (0, place), (columns - 1, round(place * (1 + slope))), strength, 2)
    for place in range(-columns, 2 * columns, pitch):
        cv2.line(lines, (place, 0), (round(place * (1 + slope)), rows - 1), strength, 2)
    return lines


@pytest.mark.parametrize("pitch", [16, 45])
@pytest.mark.parametrize("pen", [0.35, 0.6])
def test_of_squared_paper_seen_from_the_side_only_the_pen_stays(pitch, pen):
    lines = grid(300, 400, pitch, 0.1, 0.3)
    digit = pen * seven(np.zeros_like(lines), 100, 180, 100, 60, pen=6)
    mask = without_rules(1 - (1 - lines) * (1 - digit), Threshold(0.13, 0.01), pen=2)
    near = cv2.dilate((digit > 0).astype(np.uint8), np.ones((7, 7))).astype(bool)
    assert mask[digit > 0].mean() > 0.8
    assert mask[~near].mean() < 0.005


def test_lines_have_their_strength_and_a_pen_is_no_line():
    lines = grid(300, 400, 30, 0.05, 0.3)
    found = printed_lines(lines, 0.1)
    assert found[lines > 0].mean() == pytest.approx(0.3, abs=0.12)
    assert (found[cv2.dilate(lines, np.ones((7, 7))) == 0] > 0).mean() < 0.01
    stroke = np.zeros((300, 400), np.float32)
    stroke[60:240, 200:206] = 0.8
    assert not printed_lines(stroke, 0.1).any()


def test_one_line_from_edge_to_edge_is_not_a_ruled_one():
    strength = np.zeros((200, 200), np.float32)
    strength[:, 98:103] = 1.0
    assert without_rules(strength, CLEAR).sum() == 200 * 5


def boxed(corners: list[tuple[int, int]], line: int = 3, pen: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Return the strengths of a 7 in a box with these corners (column, row), and of the 7 alone."""
    digit = seven(np.zeros((300, 400), np.float32), 100, 160, 100, 60, pen=pen)
    box = cv2.polylines(np.zeros((300, 400), np.float32), [np.array(corners, np.int32)], True, 0.8, line)
    return np.maximum(box, digit), digit


@pytest.mark.parametrize(
    "corners",
    [
        [(130, 70), (250, 70), (250, 230), (130, 230)],
        [(120, 80), (248, 62), (262, 222), (130, 236)],
        [(6, 5), (393, 7), (391, 294), (4, 292)],
        # It touches the digit; then the photo's border; then it is a pixel from it.
        [(130, 102), (250, 102), (250, 260), (130, 260)],
        [(0, 5), (393, 7), (391, 294), (0, 292)],
        [(3, 3), (396, 3), (396, 296), (3, 296)],
    ],
)
def test_a_closed_box_goes_wherever_it_lies_and_what_is_in_it_stays(corners):
    together, digit = boxed(corners)
    strength = without_boxes(together, 0.3)
    assert strength[digit > 0].astype(bool).mean() > 0.95
    assert (strength[cv2.dilate(digit, np.ones((9, 9))) == 0] > 0).mean() < 0.001
    found = find_digit(strength, CLEAR)
    assert (found.height, found.width) == (pytest.approx(107, abs=4), pytest.approx(67, abs=4))


@pytest.mark.parametrize("left", [20, -60])
def test_a_row_of_cells_goes_also_where_the_photo_ends_within_it(left):
    strength = np.zeros((300, 400), np.float32)
    for place in range(4):
        column = left + 90 * place
        cv2.rectangle(strength, (column, 80), (column + 90, 230), 0.8, 3)
    seven(strength, 110, left + 110, 90, 40, pen=5)
    cleared = without_boxes(strength, 0.3)
    assert (find_digit(cleared, CLEAR).height, find_digit(cleared, CLEAR).column) == (
        pytest.approx(95, abs=4),
        pytest.approx(left + 108, abs=4),
    )


@pytest.mark.parametrize("shape", ["eight", "square", "seven", "hourglass"])
def test_what_is_no_box_with_something_in_it_is_left_alone(shape):
    strength = np.zeros((300, 400), np.float32)
    if shape == "eight":
        cv2.rectangle(strength, (150, 60), (230, 150), 1.0, 7)
        cv2.rectangle(strength, (150, 150), (230, 240), 1.0, 7)
    elif shape == "square":
        cv2.rectangle(strength, (150, 60), (250, 240), 1.0, 7)
    elif shape == "hourglass":
        cv2.polylines(strength, [np.array([(140, 60), (260, 60), (140, 240), (260, 240)])], True, 1.0, 7)
    else:
        seven(strength, 100, 160, 100, 60)
    assert without_boxes(strength, 0.3) is strength


CLEAR_EVIDENCE = Evidence(
    strength=0.6,
    noise=0.01,
    unevenness=0.2,
    thickness=0.12,
    edges=0,
    darkest_beside=0.0,
    lightest_beside=-0.02,
    open_side=0.0,
    rivalry=0.0,
    pieces=1,
    size=0.4,
)


def test_certainty_grows_with_what_speaks_for_a_digit():
    assert set(CLEAR_EVIDENCE.terms()) == set(WEIGHTS)
    assert CLEAR_EVIDENCE.certainty > 0.95
    for worse in (
        {"strength": 0.1},
        {"noise": 0.1},
        {"edges": 2},
        {"darkest_beside": 0.4},
        {"lightest_beside": -0.8},
        {"open_side": 0.4},
        {"rivalry": 0.95},
        {"thickness": 0.6},
    ):
        assert replace(CLEAR_EVIDENCE, **worse).certainty < CLEAR_EVIDENCE.certainty
