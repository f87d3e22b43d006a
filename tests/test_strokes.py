"""The strokes of a drawing: as the browser tells them, and as a picture."""

import numpy as np

from ui.prediction.sheet import MOST_POINTS, Stroke, _strokes, drawn


def test_strokes_are_black_on_white_as_wide_as_their_pen():
    sheet = drawn((Stroke(20, ((140, 40), (140, 240))), Stroke(8, ((20, 20), (20, 20)))), 280)
    assert (sheet.shape, sheet.dtype) == ((280, 280, 3), np.uint8)
    dark = sheet[..., 0] < 128
    assert abs(int(dark[140].sum()) - 20) <= 2
    assert dark[32:248, 140].all()
    assert not dark[:28, 60:].any()
    assert 6 <= dark[20, :60].sum() <= 10  # a dot


def test_a_point_is_a_dot_and_a_stroke_may_leave_the_sheet():
    assert (drawn((Stroke(20, ((140, 140),)),), 280)[..., 0] < 128).sum() > 250
    assert (drawn((Stroke(20, ((-500, 140), (1500, 140))),), 280)[140] == 0).all()


def test_what_the_browser_tells_is_kept_within_bounds():
    told = [
        {"pen": 20, "points": [[1, 2], [3.5, 4]]},
        {"pen": 1e9, "points": [[1e9, -1e9]]},
        {"pen": 8, "points": []},
        {"pen": 8, "points": [[0, 0]] * (2 * MOST_POINTS)},
        {"pen": 8, "points": [[5, 5]]},
    ]
    first, second, third = _strokes(told)
    assert first == Stroke(20, ((1, 2), (3.5, 4)))
    assert second == Stroke(100, ((2000, -1000),))
    assert len(third.points) == MOST_POINTS - 3
