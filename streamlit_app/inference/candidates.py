"""What may be the digit of a photo: the eleven steps taken under one assumption after the other, the likeliest first.

The ink may be dark or light, narrow or faint; the digit may fill the photo, or lie on a sheet on a table. The ink
finder says how sure it is of each find; who can read them chooses (reading.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from inference import ink, sheet, steps
from inference.quality import Quality, measure_quality
from inference.steps import NO_DIGIT, Config, Sample, Step, widest_stroke

# Below this certainty the ink finder is unsure of what is ink, and rembg is asked in the mode "auto".
SURE = 0.7
# From this certainty on, nothing else is tried.
CLEAR = 0.9
# Where the ground's mean colour is darker than this, 0-255, light ink is looked for first.
DARK = 100
# A find that is larger than this share of the photo may be a part of a digit that fills it, unless it is clearer.
LARGE, CLEAR_IF_LARGE = 0.5, 0.98
# A digit that does spans this share, and the finder is as certain of it as this.
FILLS, FILLS_FOR_SURE = 0.75, 0.985
# So much of a find is ink of the larger one that goes on from it.
PART_OF = 0.7
# So near to the border, as a share of the photo's longer side, a digit may go on along it or beyond.
NEAR_BORDER = 0.06


@dataclass(frozen=True)
class Trace:
    """What one step made: ``image`` is (R, C) grey, (R, C, 3) RGB or (R, C, 4) RGBA, uint8."""

    number: int
    title: str
    caption: str
    note: str
    image: np.ndarray


@dataclass(frozen=True)
class Preprocessed:
    """What the steps made of a photo.

    ``digit``: (28, 28) uint8, white on black, or None where no digit was found; ``trace``: the steps as far as they
    went; ``quality``: how well the photo shows the digit; ``certainty``: how sure the ink finder is, 0-1; ``beside``:
    other ink of about the digit's size, and ``parts``: what the digit falls into where it may be two, as the network
    would read them, each (28, 28) uint8.
    """

    digit: np.ndarray | None
    trace: tuple[Trace, ...]
    quality: Quality
    certainty: float
    beside: tuple[np.ndarray, ...] = ()
    parts: tuple[np.ndarray, ...] = ()


def preprocess(photo: np.ndarray, config: Config | None = None) -> Preprocessed:
    """Take a photo, (R, C, 3) RGB or (R, C, 4) RGBA uint8 as open_photo returns it, through the eleven steps.

    Of the candidates, the first is returned of which the ink finder is sure, or else the one of which it is surest.
    """
    best = None
    for candidate in candidates(photo, config):
        # At a tie the later one was of no help; its trace says why.
        if best is None or candidate.certainty >= best.certainty:
            best = candidate
        if best.certainty >= SURE:
            break
    return best


def candidates(photo: np.ndarray, config: Config | None = None) -> Iterator[Preprocessed]:
    """Yield what the steps may make of a photo, the likeliest first: with the ink dark and light, then with narrow pens
    alone, with more ground around, with faint ink, in the sheet alone, and, in the mode "auto" where the ink finder is
    unsure of them all, with rembg.

    Whoever can read them stops where one is read well: each takes as long as the first. Where nothing is found in the
    whole photo, the first is blank.
    """
    config = config or Config()
    if config.rembg == "always":
        yield from _ways(photo, config)
        return
    surest = 0.0
    for candidate in _ways(photo, replace(config, rembg="never")):
        surest = max(surest, candidate.certainty)
        yield candidate
    # Where nothing was found, rembg is not asked: it sees an object in bare paper too.
    if config.rembg == "auto" and NO_DIGIT <= surest < SURE:
        yield next(_ways(photo, replace(config, rembg="always")))


def _ways(photo: np.ndarray, config: Config) -> Iterator[Preprocessed]:
    """Take the steps, those that find the ink under each assumption in turn, and yield the finds, the surest first."""
    *before, opened, shown = _taken(steps.STEPS[:2], [Sample(config, photo)])
    likely = bool(shown.colour.mean() >= DARK)
    finds = [_taken(steps.STEPS[2:6], [*before, opened, replace(shown, light_ground=likely)])]
    # If the ink is clearly dark, the other will not be surer; on a dark ground it may be: a sheet on a table is light.
    if not (likely and finds[0][-1].certainty >= CLEAR):
        finds.append(_taken(steps.STEPS[2:6], [*before, opened, replace(shown, light_ground=not likely)]))
    surest = max(finds, key=_certainty)[-1]
    if _may_fill_photo(surest):
        find = _with_more_ground(before, opened, shown)
        if _fills(find[-1], photo.shape) and _holds(find[-1], surest):
            finds.append(find)
    finds.sort(key=_certainty, reverse=True)
    for find in finds:
        if find is finds[0] or not find[-1].is_blank:
            yield _finished(find)
    find = _taken(steps.STEPS[2:6], [*before, opened, replace(shown, light_ground=likely, is_narrow=True)])
    # A straight line that is seen only so is the edge of a sheet.
    if _is_of_a_pen(find[-1]) and not (finds[0][-1].is_blank and ink.is_straight(find[-1].found.mask)):
        yield _finished(find)
    if not finds[0][-1].fills_photo and _is_near_border(surest):
        find = _with_more_ground(before, opened, shown)
        if not find[-1].is_blank and _holds(find[-1], surest):
            yield _finished(find)
    if finds[0][-1].certainty < SURE:
        find = _taken(steps.STEPS[2:6], [*before, opened, replace(shown, light_ground=True, is_faint=True)])
        if not find[-1].is_blank:
            yield _finished(find)
    if (region := sheet.find_sheet(shown.composed)) is not None:
        find = _taken(steps.STEPS[1:6], [*before, replace(opened, light_ground=True, sheet=region)])
        if not find[-1].is_blank:
            yield _finished(find)


def _certainty(find: list[Sample]) -> float:
    return find[-1].certainty


def _finished(find: list[Sample]) -> Preprocessed:
    """Take the steps that are left, unless nothing was found."""
    _, *made = _taken(steps.STEPS[6:], find)
    trace = (
        Trace(number, step.title, step.caption, sample.note, sample.image)
        for number, (step, sample) in enumerate(zip(steps.STEPS, made, strict=False), start=1)
    )
    last = made[-1]
    return Preprocessed(
        digit=None if last.is_blank else last.image,
        trace=tuple(trace),
        quality=measure_quality(last.found),
        certainty=last.certainty,
        beside=last.beside,
        parts=last.parts,
    )


def _with_more_ground(before: list[Sample], opened: Sample, shown: Sample) -> list[Sample]:
    """Take the steps up to the find as if the digit filled the photo; ``shown``: what step 2 made of ``opened``."""
    light = _border_is_light(shown.small)
    return _taken(steps.STEPS[1:6], [*before, replace(opened, light_ground=light, fills_photo=True)])


def _is_near_border(sample: Sample) -> bool:
    """Whether what was found is so near to the photo's border that a part of it may be taken for ground there."""
    if sample.found is None:
        return False
    rows, columns = sample.composed.shape[:2]
    found, near = sample.found, NEAR_BORDER * max(rows, columns)
    rest = rows - found.row - found.height, columns - found.column - found.width
    return min(found.row, found.column, *rest) <= near


def _may_fill_photo(sample: Sample) -> bool:
    """Whether what was found leaves room for doubt that the digit is larger, and touches the photo's border."""
    return sample.certainty < (CLEAR_IF_LARGE if sample.found and sample.found.evidence.size > LARGE else CLEAR)


def _is_of_a_pen(sample: Sample) -> bool:
    """Whether the strokes that a look for narrow ones found are no rests of a broad one: they are narrower still."""
    if sample.is_blank:
        return False
    times = max(1, len(sample.composed) // len(sample.small))
    thickest = sample.found.evidence.thickness * max(sample.found.mask.shape) / times
    return thickest < widest_stroke(sample.small.shape[:2], is_narrow=True)


def _border_is_light(rgb: np.ndarray) -> bool:
    """Whether the most of a photo's border is nearer to its lightest pixels than to its darkest."""
    grey = rgb.mean(axis=2)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return bool(np.median(border) > np.quantile(grey, (0.05, 0.95)).mean())


def _fills(sample: Sample, shape: tuple[int, ...]) -> bool:
    """Whether a digit was found that fills the photo, beyond doubt: grids and things on the table span it, too."""
    if sample.certainty < FILLS_FOR_SURE:
        return False
    return sample.found.height > FILLS * shape[0] or sample.found.width > FILLS * shape[1]


def _holds(larger: Sample, found: Sample) -> bool:
    """Whether a find in the photo with room around it goes on from what was clearly found without: most of that is in
    it.
    """
    if found.certainty < CLEAR:
        return True
    points = np.argwhere(found.found.mask)[::4] + np.array([found.found.row, found.found.column])
    room = (np.array(larger.composed.shape[:2]) - found.composed.shape[:2]) // 2
    rows, columns = (points + room - np.array([larger.found.row, larger.found.column])).T
    mask = larger.found.mask
    inside = (rows >= 0) & (columns >= 0) & (rows < mask.shape[0]) & (columns < mask.shape[1])
    return mask[rows[inside], columns[inside]].sum() > PART_OF * len(points)


def _taken(table: tuple[Step, ...], samples: list[Sample]) -> list[Sample]:
    """Return the samples so far with those that further steps make of the last; after a blank one there are none."""
    for step in table:
        if samples[-1].is_blank:
            break
        samples = [*samples, step.apply(samples[-1])]
    return samples
