"""The five verdicts: what is refused, what is said of several digits, and how both are measured."""

import hashlib
import json
from collections import Counter
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import ImageFont

from inference import Classifier, Prediction, read_digit
from inference.candidates import SURE, Preprocessed
from inference.classifier import DEFAULT_NETWORK, judge_trouble, models_folder
from inference.likeness import judge_path
from inference.samples import drawing, encoded, photo, written
from inference.verdict import BLANK, DIGIT, NOT_A_DIGIT, SEVERAL_DIGITS, UNSURE, verdict
from training import cases, judge, non_digits, strokes, verdicts
from training.cases import NEVER, Case, font_digit, font_label, penned
from training.likeness import BLOCKS, WAYS, Seen
from training.non_digits import CHOOSE, FAMILIES, REPORT
from training.sources import Split

needs_network = pytest.mark.skipif(
    not (models_folder() / f"{DEFAULT_NETWORK}.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)


def predicted(confidence: float = 0.99, likeness: float = 0.9, digit: int = 3) -> Prediction:
    return Prediction(digit, confidence, np.eye(10)[digit], likeness=likeness)


# --- The verdict ---------------------------------------------------------------------------------------------

NETWORK = SimpleNamespace(unsure_below=0.8, not_a_digit_below=0.5)


@pytest.mark.parametrize(
    ("prediction", "certainty", "beside", "expected"),
    [
        (predicted(), 1, [], DIGIT),
        (predicted(confidence=0.79), 1, [], UNSURE),
        (predicted(), SURE - 0.01, [], UNSURE),
        (predicted(likeness=0.49), 1, [], NOT_A_DIGIT),
        # What it is like is said first: an unlikely digit is no unsure one.
        (predicted(confidence=0.3, likeness=0.1), 0, [], NOT_A_DIGIT),
        (None, 0, [], BLANK),
        (predicted(), 1, [predicted()], SEVERAL_DIGITS),
        (predicted(), 1, [predicted(likeness=0.1), predicted(confidence=0.3)], DIGIT),
        (predicted(), 1, [predicted(digit=1)], SEVERAL_DIGITS),
        (predicted(), 1, [predicted(digit=1), predicted(digit=2)], SEVERAL_DIGITS),
        # A texture.
        (predicted(), 0.05, [predicted()], UNSURE),
        # The lines of a box.
        (predicted(), 1, [predicted(digit=1), predicted(digit=1)], DIGIT),
    ],
)
def test_the_verdict_of_each_case(prediction, certainty, beside, expected):
    assert verdict(prediction, NETWORK, certainty, beside) == expected


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [
        (predicted(likeness=0.1), [predicted(), predicted()], SEVERAL_DIGITS),
        (predicted(confidence=0.5), [predicted(), predicted()], SEVERAL_DIGITS),
        # A 4 in two strokes, the second of which is like a 1.
        (predicted(), [predicted(), predicted()], DIGIT),
        (predicted(likeness=0.1), [predicted(), predicted(likeness=0.1)], NOT_A_DIGIT),
    ],
)
def test_ink_that_falls_apart_is_several_digits_if_only_its_parts_are_digits(whole, parts, expected):
    assert verdict(whole, NETWORK, parts=parts) == expected


# --- The judge -----------------------------------------------------------------------------------------------

# A network of no use, but quickly made: what it says hangs on nothing but its last layer.
SMALL = {"blocks": [[2, 2]], "pooled_blocks": 1, "dense": 2, "dropout": 0.0}


def constant_judge(models: Path, scores: list[float]) -> None:
    """Write a judge that finds every image as like each digit as this: log odds."""
    model = judge.judge(SMALL)
    model.get_layer("scores").set_weights([np.zeros((2, 10)), np.array(scores)])
    judge.write(model, models, {})


@pytest.fixture
def other_models(tmp_path, monkeypatch):
    for name in (f"{DEFAULT_NETWORK}.onnx", f"{DEFAULT_NETWORK}.json"):
        (tmp_path / name).write_bytes((models_folder() / name).read_bytes())
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path))
    return tmp_path


@needs_network
def test_the_judge_is_asked_how_like_the_digit_it_is_that_was_read(other_models):
    image = written(3, 28, 0.1)
    assert Classifier().predict(image).likeness == 1
    constant_judge(other_models, [-9, -9, -9, 2, -9, -9, -9, -9, -9, -9])
    classifier = Classifier()
    prediction = classifier.predict(image)
    assert prediction.digit == 3
    assert prediction.likeness == pytest.approx(1 / (1 + np.exp(-2)))
    assert classifier.predict(image, tta=True).likeness == pytest.approx(prediction.likeness)
    # A card without a threshold refuses nothing.
    assert classifier.not_a_digit_below == 0
    verdicts.write_threshold(0.5)
    assert Classifier().not_a_digit_below == 0.5


@needs_network
@pytest.mark.parametrize("damaged", [".onnx", ".json"])
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"PK damaged")])
def test_without_the_judge_or_with_a_damaged_one_digits_are_read_and_nothing_is_refused(other_models, damaged, damage):
    constant_judge(other_models, [-9.0] * 10)
    verdicts.write_threshold(0.5)
    assert read_digit(drawing(4), Classifier(), NEVER).verdict == NOT_A_DIGIT
    assert judge_trouble() == ""
    damage(judge_path(other_models).with_suffix(damaged))
    reading = read_digit(drawing(4), Classifier(), NEVER)
    assert (reading.verdict, reading.prediction.digit) == (DIGIT, 4)
    assert "likeness.onnx" in judge_trouble()
    assert "\n" not in judge_trouble()


@needs_network
def test_the_committed_judge_is_the_one_that_was_measured():
    measured = json.loads((models_folder() / "verdicts.json").read_text(encoding="utf-8"))
    network, of_judge = (
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (models_folder() / f"{DEFAULT_NETWORK}.onnx", judge_path(models_folder()))
    )
    assert measured["onnx_sha256"] == network, "run make verdicts"
    assert measured["judge_sha256"] == of_judge, "run make verdicts"
    assert Classifier().not_a_digit_below == measured["not_a_digit_below"]


def test_the_judge_should_say_yes_to_the_digit_alone_and_no_to_all_else():
    wanted = judge.targets(np.array([3, judge.NONE]), 0.1)
    assert wanted[0].tolist() == pytest.approx([0.01] * 3 + [0.91] + [0.01] * 6)
    assert wanted[1].tolist() == pytest.approx([0.01] * 10)


def test_an_epoch_shows_photos_several_times_and_other_digits_than_the_last():
    def of(value: int, count: int) -> np.ndarray:
        return np.full((count, 28, 28), value, np.uint8)

    fresh = Split(np.arange(10, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8), np.arange(10))
    lessons = judge.Lessons(
        fresh, Split(of(20, 2), np.ones(2, int)), Split(of(30, 3), np.full(3, 2)), of(40, 8), of(50, 1)
    )
    settings = {"digits_an_epoch": 4, "share_of_rest": 0.5, "photo_counts": 3, "plain": 1.0, "augmentation": {}}
    first, second = (lessons.epoch(settings, np.random.default_rng(seed)) for seed in (1, 2))
    counts = Counter(first.images[:, 0, 0].tolist())
    assert [counts[value] for value in (20, 30, 40, 50)] == [2, 9, 4, 3]
    assert {label for value, label in zip(first.images[:, 0, 0], first.labels, strict=True) if value >= 40} == {
        judge.NONE
    }
    assert set(first.images[first.images[:, 0, 0] < 10, 0, 0]) != set(second.images[second.images[:, 0, 0] < 10, 0, 0])


@needs_network
def test_the_threshold_is_the_highest_that_refuses_few_enough_digits(other_models, monkeypatch):
    """Twenty photos of digits, one of which is hardly like one: a twentieth may be refused."""
    constant_judge(other_models, [0.0] * 10)
    classifier = Classifier()
    likeness = {value: value / 100 for value in range(1, 21)}
    monkeypatch.setattr(
        classifier, "_likeness", lambda images, _: np.array([likeness[int(image.max())] for image in images])
    )
    monkeypatch.setattr(verdicts, "REFUSED", 0.05)
    monkeypatch.setattr(verdicts, "TRIED", np.linspace(0, 1, 21))

    def of(value: int) -> Case:
        made = Preprocessed(np.full((28, 28), value, np.uint8), (), None, 1.0)
        return Case(CHOOSE, cases.REAL, "paper", 3, (made,))

    least = verdicts.threshold([of(value) for value in likeness], classifier)
    assert 0.01 < least <= 0.02


# --- What is no digit ----------------------------------------------------------------------------------------


@pytest.fixture
def any_font(monkeypatch):
    """Pillow's own font in the place of each: the tests do not depend on what is installed."""
    monkeypatch.setattr(non_digits, "font_of", lambda name: ImageFont.load_default(112))
    drawable = non_digits._drawable.__wrapped__
    monkeypatch.setattr(non_digits, "_letters", lambda name: "AEFHKMNRTX")
    # It has no other script.
    monkeypatch.setattr(non_digits, "_drawable", lambda name, wanted: drawable(name, wanted) or "AEFHKMNRTX")


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_makes_the_same_from_the_same_seed(any_font, name):
    family = FAMILIES[name]
    first, again, other = (non_digits.written(family, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)
    assert first.dtype == np.uint8
    if family.is_photo:
        assert first.ndim == 3
        assert first.shape[2] == 3
    else:
        assert first.shape == (28, 28)
        assert first.max() == 255
        rows, columns = np.nonzero(first)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 <= 20


def test_the_halves_share_no_font_picture_or_generator():
    for table in (non_digits.FONTS, non_digits.PICTURES):
        assert not set(table[CHOOSE]) & set(table[REPORT])
    assert not set(non_digits.OTHER_SCRIPTS) & set(non_digits.FONTS[REPORT])
    made = {half: {f.make for f in FAMILIES.values() if f.half == half} for half in (CHOOSE, REPORT)}
    assert not made[CHOOSE] & made[REPORT]
    chosen_on = {family.kind for family in FAMILIES.values() if family.half == CHOOSE}
    assert not chosen_on & set(non_digits.NEVER_CHOSEN_ON)


def test_a_missing_font_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(non_digits, "FONTS_FOLDER", tmp_path)
    with pytest.raises(non_digits.FontsMissing, match=r"apt-get install .*fonts-breip"):
        non_digits.font_of("not there.ttf")


def test_every_picture_is_there():
    for names in non_digits.PICTURES.values():
        for name in names:
            picture = non_digits._picture(name)
            assert (picture.ndim, picture.dtype) == (3, np.uint8), name


def test_characters_that_a_font_lacks_are_not_drawn(any_font):
    assert non_digits._drawable("any", "A\uffff ") == "A"


def test_like_mnist_is_twenty_pixels_around_the_centre_of_mass():
    drawn = np.zeros((100, 300), np.uint8)
    drawn[20:60, 100:120] = 200
    image = strokes.like_mnist(drawn)
    rows, columns = np.nonzero(image)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1, image.max()) == (20, 10, 255)
    assert abs(rows.mean() - 14) <= 0.5
    with pytest.raises(ValueError, match="empty"):
        strokes.like_mnist(np.zeros((9, 9), np.uint8))


# --- The whole way -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier()


@needs_network
@pytest.mark.parametrize("name", [name for name, family in FAMILIES.items() if family.kind != non_digits.APART])
def test_most_of_each_family_is_no_digit(any_font, classifier, name):
    said = [read_digit(non_digits.photo(FAMILIES[name], seed), classifier, NEVER).verdict for seed in range(500, 510)]
    assert said.count(DIGIT) <= 4, said
    assert sum(one in (NOT_A_DIGIT, BLANK, UNSURE) for one in said) >= 6, said


@needs_network
@pytest.mark.parametrize("digits", [(3, 5), (2, 7), (8, 0, 4)])
def test_several_digits_are_several(classifier, digits):
    reading = read_digit(np.hstack([drawing(digit) for digit in digits]), classifier, NEVER)
    assert reading.verdict == SEVERAL_DIGITS
    assert reading.prediction.digit in digits


@needs_network
@pytest.mark.parametrize("european", [False, True])
@pytest.mark.parametrize("digit", range(10))
def test_one_digit_is_one(classifier, digit, european):
    for seed in range(2):
        pictures = drawing(digit, seed=seed, european=european), photo(digit, seed=seed, european=european)
        for picture in pictures:
            assert read_digit(encoded(picture[..., :3]), classifier, NEVER).verdict in (DIGIT, UNSURE)


def test_what_a_pen_writes_keeps_its_shape(classifier):
    rng = np.random.default_rng(0)
    for digit in range(10):
        image = read_digit(drawing(digit), classifier, NEVER).preprocessed.digit
        by_pen = penned(image, rng)
        assert (by_pen.shape, by_pen.dtype) == ((28, 28), np.uint8)
        assert np.corrcoef(image.ravel(), by_pen.ravel())[0, 1] > 0.6
    faint = np.full((28, 28), 3, np.uint8)
    assert penned(faint, rng) is faint


# --- The measures --------------------------------------------------------------------------------------------


def toy(count: int, shift: float, seed: int) -> Seen:
    """Digits 0-9 in turn, each about a place of its own; ``shift`` moves all of them away from there."""
    rng = np.random.default_rng(seed)
    answers = np.arange(count) % 10
    own = 3 * np.eye(12)[answers] + 0.2 * rng.standard_normal((count, 12))
    own[:, 11] += shift
    sure = 0.99 if not shift else 0.7
    probabilities = np.full((count, 10), (1 - sure) / 9)
    probabilities[np.arange(count), answers] = sure
    return Seen(probabilities, own, dict.fromkeys(BLOCKS, slice(12)), probabilities.max(axis=1), probabilities[None])


@pytest.mark.parametrize("name", WAYS)
def test_each_way_rates_digits_above_what_is_none(name):
    score = WAYS[name](toy(1000, 0, 1), toy(1000, 2, 2))
    assert score(toy(100, 0, 3)).min() > score(toy(100, 2, 4)).max()


def test_the_parts_share_no_image(monkeypatch):
    monkeypatch.setattr(verdicts, "LEARNT", 2)
    images = np.arange(13, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    whole = Split(images, np.arange(13))
    parts = verdicts.parts_of(whole.take(np.arange(10, 13)), whole.take(np.arange(10)))
    assert {name: part.labels.tolist() for name, part in parts.items()} == {
        cases.FIT: [10, 11],
        CHOOSE: [0, 1, 2, 3, 4],
        REPORT: [5, 6, 7, 8, 9],
    }


def _power(number: int, exponent: int) -> int:
    return number**exponent


def test_the_cores_return_what_was_asked_in_its_order():
    assert cases.made_by_all(partial(_power, number, 2) for number in range(100)) == [n * n for n in range(100)]


@pytest.mark.parametrize("half", [CHOOSE, REPORT])
def test_digits_of_fonts_are_the_same_from_the_same_seed(any_font, half):
    for seed in (0, 5, 39):
        image = font_digit(seed, half)
        assert (image.shape, image.dtype, image.max()) == ((28, 28), np.uint8, 255)
        assert np.array_equal(image, font_digit(seed, half))
    assert {font_label(seed) for seed in range(40)} == set(range(10))


def test_the_counts_of_known_answers():
    def case(label: int) -> Case:
        return Case(REPORT, "digits", "paper", label, ())

    counts = verdicts.counted(
        [
            (case(1), DIGIT, 1),
            (case(2), DIGIT, 7),
            (case(3), NOT_A_DIGIT, 3),
            (case(4), BLANK, None),
            (case(5), UNSURE, 5),
        ]
    )
    assert counts["photos"] == 5
    assert counts["verdicts"] == {DIGIT: 2, UNSURE: 1, NOT_A_DIGIT: 1, BLANK: 1, SEVERAL_DIGITS: 0}
    assert (counts["refused"], counts["right"], counts["right_as_digit"]) == (0.4, 0.6, 0.5)
    assert verdicts.counted([(case(4), BLANK, None)])["right_as_digit"] is None
