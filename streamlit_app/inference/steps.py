"""The eleven steps from a photo to what the network reads: change one here, and only here.

One frozen Sample flows through STEPS; each step takes it and returns a new one. The first line of a step's
docstring is its caption in the page and its sentence in PREPROCESSING.md; ``note`` says what it did this time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from inference import cutout, ground, ink, rules, sheet
from inference.quality import Quality, measure_quality

DIGIT_SIDE = 28
BOX_SIDE = 20
# The largest side of the cropped digit while its strokes are mended.
CROP_SIDE = 160
# MNIST's strokes are about this share of the digit's longer side.
STROKE_SHARE = 0.13
# The digit is looked for on a copy whose longer side is about this.
FINDING_SIDE = 420
# The ink finder's certainty: below the first it is unsure of what is ink, and rembg is asked in the mode "auto"; below
# the second, nothing of what it found is a digit.
SURE, NO_DIGIT = 0.7, 0.45
# From this certainty on, nothing else is tried.
CLEAR = 0.9
# Where the ground's mean colour is darker than this, 0-255, light ink is looked for first.
DARK = 100
# Where no digit is clear, ink is looked for that is so much weaker than the threshold says.
FAINT = 0.6
# A find that is larger than this share of the photo may be a part of a digit that fills it, unless it is clearer.
LARGE, CLEAR_IF_LARGE = 0.5, 0.98
# A digit that does spans this share, and the finder is as certain of it as this.
FILLS, FILLS_FOR_SURE = 0.75, 0.985
# So much of a find is ink of the larger one that goes on from it.
PART_OF = 0.7
# So near to the border, as a share of the photo's longer side, a digit may go on along it or beyond.
NEAR_BORDER = 0.06
# The border that a digit which fills its photo is given, as a share of the longer side.
ROOM = 0.4

REMBG_MODES = ("never", "auto", "always")


@dataclass(frozen=True)
class Config:
    """How to preprocess.

    ``rembg``: never, auto (when the ink finder is unsure) or always; ``rembg_model``: the network it uses.
    """

    rembg: str = "auto"
    rembg_model: str = cutout.DEFAULT_MODEL

    def __post_init__(self):
        if self.rembg not in REMBG_MODES:
            raise ValueError(f"rembg must be one of {', '.join(REMBG_MODES)}, not {self.rembg!r}.")
        if self.rembg_model not in cutout.MODELS:
            raise ValueError(f"rembg_model must be one of {', '.join(cutout.MODELS)}, not {self.rembg_model!r}.")


@dataclass(frozen=True)
class Sample:
    """What flows through the steps. ``image`` is the picture so far; the rest is what later steps need to know."""

    config: Config
    image: np.ndarray
    note: str = ""
    light_ground: bool = True
    fills_photo: bool = False
    sheet: np.ndarray | None = None
    is_faint: bool = False
    is_narrow: bool = False
    object_mask: np.ndarray | None = None
    composed: np.ndarray | None = None
    small: np.ndarray | None = None
    colour: np.ndarray | None = None
    grey: np.ndarray | None = None
    strength: np.ndarray | None = None
    found: ink.Found | None = None
    beside: tuple[np.ndarray, ...] = ()
    parts: tuple[np.ndarray, ...] = ()
    is_blank: bool = False

    @property
    def certainty(self) -> float:
        """How sure the ink finder is, 0-1; 0 where it found nothing or has not been asked."""
        return 0.0 if self.found is None else self.found.certainty


# --- 1 -------------------------------------------------------------------------------------------------------


def remove_background(sample: Sample) -> Sample:
    """rembg tells the object from its surroundings, where the ink alone does not make clear what was written.

    rembg's masks fill the holes of 0, 6, 8 and 9, lose faint pen, and may take the sheet for the object. So the mask
    only says where to look; what is ink is decided in steps 5 and 6. In the mode "auto" the ink finder goes first,
    and rembg is asked only where the finder is unsure; of the two results, the one that the network reads with more
    confidence is kept. Where the finder saw nothing at all, rembg is not asked: it sees an object in bare paper too.
    Without weights the photo stays whole. Source: X. Qin et al., "U2-Net", Pattern Recognition
    106, 2020.
    """
    if sample.config.rembg != "always":
        return replace(sample, note="Not asked: the ink was looked for in the whole photo.")
    if sample.image.shape[2] == 4:
        return replace(sample, note="Not needed: the image brings its own transparency.")
    try:
        mask = cutout.object_mask(sample.image, sample.config.rembg_model)
    except cutout.CutoutUnavailable as error:
        return replace(sample, note=str(error))
    if mask is None:
        return replace(sample, note="rembg saw no object that stands apart: the photo stays whole.")
    shown = np.dstack([sample.image, (mask * 255).astype(np.uint8)])
    return replace(sample, image=shown, object_mask=mask, note=f"Cut out by {sample.config.rembg_model}.")


# --- 2 -------------------------------------------------------------------------------------------------------


def compose_on_ground(sample: Sample) -> Sample:
    """What is transparent or cut away is filled: with the sheet's own colour, or so that the digit stands out.

    A transparent image is set on white where what it shows is dark, on black where it is light. Around a cut-out,
    the convex hull of rembg's mask with a margin stays, and everything beyond it takes the median colour within: no
    new edge appears. A photo with neither is left as it is. Only where no digit is clear, two more ways are tried: the
    ground is continued around the photo, for a digit that fills it or lies at its border; and where a sheet on a table
    is seen, what lies beside it is left out.
    """
    image, note = _composed(sample)
    if sample.fills_photo:
        image, note = _with_room(image, sample.light_ground), "As if the digit filled the photo: more ground around it."
    if sample.sheet is not None:
        image, note = _sheet_alone(image, sample.sheet), "The sheet alone: what lies beside it is left out."
    small, _ = ground.reduced_by_whole(image, FINDING_SIDE)
    return replace(sample, image=image, composed=image, small=small, colour=ground.ground_colour(small), note=note)


def _composed(sample: Sample) -> tuple[np.ndarray, str]:
    image = sample.image
    if sample.object_mask is not None:
        region = _region_of(sample.object_mask)
        # Whether rembg took the ink or the sheet for the object: most of the region is the sheet.
        some = (slice(None, None, max(1, min(region.shape) // 128)),) * 2
        colour = np.median(image[some][region[some] > 0][:, :3], axis=0)
        return _blend(image[..., :3], colour, region), "Beyond the object: the colour of its ground."
    if image.shape[2] == 3:
        return image, "Nothing is transparent: left as it is."
    alpha = image[..., 3].astype(np.float32) / 255
    if alpha.max() == 0:
        return np.full_like(image[..., :3], 255), "The image is fully transparent."
    lightness = float((image[..., :3].mean(axis=2) * alpha).sum() / alpha.sum())
    colour = np.zeros(3) if lightness >= 128 else np.full(3, 255.0)
    name = "black" if lightness >= 128 else "white"
    return _blend(image[..., :3], colour, alpha), f"Transparent: set on {name}."


def _with_room(rgb: np.ndarray, light_ground: bool) -> np.ndarray:
    """Return the photo with a border, as wide as ROOM of its longer side, in the colour of its ground: its lightest
    quarter, or its darkest.
    """
    some = ground.sampled(rgb).reshape(-1, 3)
    grey = some.mean(axis=1)
    is_ground = grey >= np.quantile(grey, 0.75) if light_ground else grey <= np.quantile(grey, 0.25)
    colour = np.median(some[is_ground], axis=0)
    pad = round(ROOM * max(rgb.shape[:2]))
    return cv2.copyMakeBorder(rgb, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=colour.tolist())


def _sheet_alone(rgb: np.ndarray, region: np.ndarray) -> np.ndarray:
    """Return the part of the photo where the sheet is, in its own colour where the corners show what is beside it."""
    colour = np.median(ground.sampled(rgb)[ground.sampled(region)], axis=0)
    column, row, width, height = cv2.boundingRect(region.astype(np.uint8))
    place = slice(row, row + height), slice(column, column + width)
    return np.where(region[place][..., None], rgb[place], np.round(colour).astype(np.uint8))


def _blend(rgb: np.ndarray, colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    return np.round(rgb * alpha[..., None] + colour * (1 - alpha[..., None])).astype(np.uint8)


def _region_of(mask: np.ndarray) -> np.ndarray:
    """The object's convex hull with a margin: rembg's mask fills the holes of digits and loses faint strokes, so it
    only says where to look, and the ink finder says what is ink.
    """
    region = np.zeros(mask.shape, np.float32)
    hull = cv2.convexHull(cv2.findNonZero((mask > 0.5).astype(np.uint8)))
    cv2.fillConvexPoly(region, hull, 1.0)
    cv2.polylines(region, [hull], True, 1.0, thickness=2 * round(0.08 * min(mask.shape)) + 1)
    return region


# --- 3 -------------------------------------------------------------------------------------------------------


def to_greyscale(sample: Sample) -> Sample:
    """Of the three colours each pixel keeps the one in which ink differs most from the sheet.

    The usual weights would make blue, red or yellow ink faint. First the ground's own colour is divided away (a
    yellow lamp, brown paper); then dark ink takes the darkest channel, light ink the lightest. Which of the two it
    is, is open until step 6: steps 3 to 6 are taken for dark ink and for light ink, and what is more like a digit is
    kept. From here to step 6 a copy of about 400 pixels is enough.
    """
    note = "Dark ink on a light ground: the darkest channel."
    if not sample.light_ground:
        note = "Light ink on a dark ground: the lightest channel."
    return replace(sample, image=ground.darkness_grey(sample.small, sample.light_ground, sample.colour), note=note)


# --- 4 -------------------------------------------------------------------------------------------------------


def denoise(sample: Sample) -> Sample:
    """A Gaussian blur, the wider the larger the image, smooths grain and compression blocks.

    The kernel is 5×5 from 600 pixels on, 3×3 from 100 on; smaller images are not blurred. Where no digit is clear,
    faint ink is looked for once more, with a wider kernel here and a lower threshold in step 6.
    """
    side = max(sample.image.shape)
    if side < 100:
        return replace(sample, note="A small image: every pixel counts, left as it is.")
    kernel = 3 if side < 600 else 5
    if sample.is_faint:
        kernel += 2
    return replace(sample, image=cv2.GaussianBlur(sample.image, (kernel, kernel), 0), note=f"Kernel {kernel}×{kernel}.")


# --- 5 -------------------------------------------------------------------------------------------------------

# What is narrower than this share of the photo's shorter side may be a stroke; and, in a small picture, than so many
# pixels.
WIDEST_STROKE, WIDEST_STROKE_PIXELS = 0.16, 11
# Where no digit is clear, pens are looked for that are so much narrower: a finger's shadow is ground, then.
NARROW = 0.35


def detect_ground(sample: Sample) -> Sample:
    """The sheet's own brightness is estimated and divided away: shadows go, and ink of any strength stays.

    What is too wide for a stroke is ground, also where it is dark: a shadow with a sharp edge, a table beside the
    sheet. A morphological closing fills the strokes and leaves all else. Each pixel then gets its strength,
    1 - grey / ground. Source: the top-hat, F. Meyer, "Iterative image transformations", 1979. Where no digit is clear,
    a closing a third as wide is tried: it leaves the strokes of pens, and a finger's shadow is ground.
    """
    grey = sample.image if sample.light_ground else 255 - sample.image
    strength = ground.strokes_strength(grey, _widest_stroke(grey.shape, sample.is_narrow))
    return replace(sample, image=_as_picture(strength), grey=grey, strength=strength, note="")


def _widest_stroke(shape: tuple[int, int], is_narrow: bool) -> int:
    share = NARROW * WIDEST_STROKE if is_narrow else WIDEST_STROKE
    return max(round(share * min(shape)), WIDEST_STROKE_PIXELS) | 1


# --- 6 -------------------------------------------------------------------------------------------------------


def extract_digit(sample: Sample) -> Sample:
    """The piece of ink most like a digit is cut out with what belongs to it; thin strokes are widened.

    Otsu's threshold over the pixels above the noise says what is ink for the moment. Closed boxes, rows of cells and
    page edges are dropped; ruled and squared lines are divided away, so that ink over them stays. Of the pieces left,
    the one that is large, strong and near the middle is the digit, together with its parts nearby. Its place is then
    looked at in the photo itself, and its picture comes from the strengths there, not from the mask. Where nothing is
    left, the answer is "blank", and no digit is guessed. Strokes thinner than MNIST's are widened here, on the large
    image: after the reduction it would be too late.
    """
    found = find_ink(sample)
    if found is None or found.certainty < NO_DIGIT:
        return replace(sample, is_blank=True, note="No ink that could be a digit was found.")
    seen = look_closely(sample, found.mask, found.row, found.column)
    width = ink.stroke_width(seen.mask)
    picture, missing = _widened(seen.strength, seen.mask, seen.row, seen.column, width)
    found = replace(found, mask=seen.mask, row=seen.top + seen.row, column=seen.left + seen.column)
    note = f"{found.width}×{found.height} pixels, strokes {width:.0f} wide."
    if missing >= 1:
        note += " Widened to a pen that the network knows."
    beside, parts = (tuple(_close_up(sample, piece) for piece in group) for group in (found.beside, found.parts))
    return replace(sample, image=picture, found=found, beside=beside, parts=parts, note=note)


def _close_up(sample: Sample, piece: ink.Piece) -> np.ndarray:
    """Return another piece of ink as the network reads it, (28, 28) uint8."""
    seen = look_closely(sample, *piece)
    return as_digit(seen.strength, seen.mask, seen.row, seen.column)


def find_ink(sample: Sample) -> ink.Found | None:
    """Return what is most like a digit in a sample after step 5, however unlikely, as it lies in the small copy."""
    threshold = ink.ink_threshold(ground.sampled(sample.strength))
    strength = rules.without_boxes(sample.strength, threshold.ink)
    if strength is not sample.strength:
        # A box is often stronger than what is written in it.
        threshold = ink.ink_threshold(ground.sampled(strength))
    if sample.is_faint:
        threshold = replace(threshold, ink=FAINT * threshold.ink)
    return ink.find_digit(strength, threshold, sample.grey)


@dataclass(frozen=True)
class Seen:
    """Ink in the photo itself: ``strength`` of a part of it that begins at ``top`` and ``left``, and the ``mask`` of
    the ink within, whose first pixel lies at ``row`` and ``column`` of that part.
    """

    strength: np.ndarray
    mask: np.ndarray
    row: int
    column: int
    top: int
    left: int


def look_closely(sample: Sample, mask: np.ndarray, row: int, column: int) -> Seen:
    """Return the ink that ``mask`` shows at this place in the small copy as it is in the photo."""
    times = max(1, len(sample.composed) // len(sample.small))
    if times == 1:
        return Seen(sample.strength, mask, row, column, 0, 0)
    widest = _widest_stroke(sample.small.shape[:2], sample.is_narrow) * times | 1
    top, left = (max(0, start * times - widest) for start in (row, column))
    bottom, right = ((start + length) * times + widest for start, length in zip((row, column), mask.shape, strict=True))
    part = sample.composed[top:bottom, left:right]
    grey = cv2.GaussianBlur(ground.darkness_grey(part, sample.light_ground, sample.colour), (3, 3), 0)
    strength = ground.strokes_strength(grey if sample.light_ground else 255 - grey, widest)
    # The strokes of the copy say where to look, with a pixel around them; what is ink, the photo says.
    near = cv2.dilate(np.pad(mask, 1).astype(np.uint8), np.ones((3, 3), np.uint8))
    middle = (times - 1) / 2
    across, down = (column - 1) * times - left + middle, (row - 1) * times - top + middle
    onto_part = np.array([[times, 0, across], [0, times, down]], np.float32)
    near = cv2.warpAffine(near, onto_part, grey.shape[::-1], flags=cv2.INTER_NEAREST)
    seen = near & (strength > ink.ink_threshold(ground.sampled(strength)).ink)
    if not seen.any():
        seen = near
    column, row, width, height = cv2.boundingRect(seen)
    return Seen(strength, seen[row : row + height, column : column + width] > 0, row, column, top, left)


def _widened(strength: np.ndarray, mask: np.ndarray, row: int, column: int, width: float) -> tuple[np.ndarray, float]:
    """Return the picture of the ink (uint8) that ``mask`` shows at this place, and by how much its strokes,
    ``width`` pixels wide in the photo, were too thin in the picture; from 1 on they were widened by it.
    """
    picture = _cropped(strength, mask, row, column)
    missing = STROKE_SHARE * max(picture.shape) - width * max(picture.shape) / max(mask.shape)
    if missing >= 1:
        pad = int(np.ceil(missing / 2))
        picture = cv2.dilate(cv2.copyMakeBorder(picture, pad, pad, pad, pad, cv2.BORDER_CONSTANT), _disc(missing / 2))
    return _as_picture(picture), missing


def _cropped(strength: np.ndarray, mask: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return the ink alone, its longer side at most CROP_SIDE; the soft rim of the strokes is kept."""
    height, width = mask.shape
    # A border of ground, for a digit that touches the photo's edge.
    soft = cv2.dilate(np.pad(mask, 1).astype(np.uint8), np.ones((3, 3), np.uint8))
    top, left = max(0, row - 1), max(0, column - 1)
    picture = np.zeros((height + 2, width + 2), np.float32)
    part = np.clip(strength[top : row + height + 1, left : column + width + 1], 0, 1)
    down, right = top - (row - 1), left - (column - 1)
    picture[down : down + part.shape[0], right : right + part.shape[1]] = part
    picture *= soft
    scale = CROP_SIDE / max(picture.shape)
    if scale < 1:
        size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
        return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if scale > 2:
        # Widening needs pixels to work on.
        factor = min(4.0, scale)
        return np.clip(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), 0, 1)
    return picture


# --- 7 -------------------------------------------------------------------------------------------------------


def enhance_contrast(sample: Sample) -> Sample:
    """The strongest ink becomes white; where a stroke fades, CLAHE lifts it (K. Zuiderveld, 1994).

    The stretch is by the ink's own values; the ground is already black and stays so. CLAHE is used only where the
    weakest tenth of the ink has less than 45 % of the strong ink's value.
    """
    image = sample.image.astype(np.float32)
    written = image[image > 0.25 * image.max()] if image.max() > 0 else image.ravel()
    low, high = np.quantile(written, 0.1), np.quantile(written, 0.7)
    stretched = np.clip(image / max(high, 1.0) * 255, 0, 255).astype(np.uint8)
    if low >= 0.45 * high:
        return replace(sample, image=stretched, note="Stretched; the ink is even, CLAHE is not needed.")
    lifted = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(2, 2)).apply(stretched)
    # CLAHE lifts the empty ground too: only ink may gain.
    lifted = np.where(stretched > 0, np.maximum(lifted, stretched), 0).astype(np.uint8)
    return replace(sample, image=lifted, note="Stretched; faded strokes lifted by CLAHE.")


# --- 8 -------------------------------------------------------------------------------------------------------


def resize_into_box(sample: Sample) -> Sample:
    """The digit is reduced into a 20×20 box with its proportions kept, as MNIST's were.

    By area averaging (INTER_AREA), which keeps the edges soft, as in MNIST.
    """
    rows, columns = sample.image.shape
    scale = BOX_SIDE / max(rows, columns)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return replace(
        sample, image=cv2.resize(sample.image, size, interpolation=interpolation), note=f"{size[0]}×{size[1]} pixels."
    )


# --- 9 -------------------------------------------------------------------------------------------------------


def centre_by_mass(sample: Sample) -> Sample:
    """The box is placed in 28×28 with its centre of mass in the middle, as MNIST's were.

    The middle is row 14, column 14, counted from 0: there lies the mean centre of MNIST's training images. Where that
    would push a part of the digit out of the picture, it is placed as near to it as fits.
    """
    rows, columns = sample.image.shape
    moments = cv2.moments(sample.image)
    mass = max(moments["m00"], 1e-9)
    centre_row, centre_column = moments["m01"] / mass, moments["m10"] / mass
    row = int(np.clip(round(DIGIT_SIDE / 2 - centre_row), 0, DIGIT_SIDE - rows))
    column = int(np.clip(round(DIGIT_SIDE / 2 - centre_column), 0, DIGIT_SIDE - columns))
    placed = np.zeros((DIGIT_SIDE, DIGIT_SIDE), np.uint8)
    placed[row : row + rows, column : column + columns] = sample.image
    return replace(sample, image=placed, note=f"Moved to row {row}, column {column}.")


# --- 10 ------------------------------------------------------------------------------------------------------


def close_gaps(sample: Sample) -> Sample:
    """A morphological closing, 2×2, joins a stroke that reducing has broken.

    It is kept only if the digit has fewer pieces after it: it would otherwise fill small loops.
    """
    # morphologyEx takes one anchor for both halves, and an even kernel then moves the picture by a pixel.
    square = np.ones((2, 2), np.uint8)
    closed = cv2.erode(cv2.dilate(sample.image, square, anchor=(0, 0)), square, anchor=(1, 1))
    if _pieces(closed) < _pieces(sample.image):
        return replace(sample, image=closed, note="A gap was closed.")
    return replace(sample, note="No gap to close: left as it is.")


def _pieces(image: np.ndarray) -> int:
    count, _ = cv2.connectedComponents((image > 96).astype(np.uint8))
    return count - 1


# --- 11 ------------------------------------------------------------------------------------------------------


def normalise(sample: Sample) -> Sample:
    """The network itself subtracts MNIST's mean and divides by its deviation: it is given 0–255, white on black.

    So the picture does not change here, and photos, drawings and MNIST's images enter by the same door.
    """
    return replace(sample, note="28×28, as the network sees it.")


# --- The table and its loop ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One step: its title and its function. Its number is its place in STEPS, its caption its docstring."""

    title: str
    apply: Callable[[Sample], Sample]

    @property
    def caption(self) -> str:
        return self.apply.__doc__.splitlines()[0]


STEPS = (
    Step("Background removal", remove_background),
    Step("Adaptive ground", compose_on_ground),
    Step("Greyscale", to_greyscale),
    Step("Denoising", denoise),
    Step("Ground detection", detect_ground),
    Step("Extraction", extract_digit),
    Step("Contrast", enhance_contrast),
    Step("Resizing", resize_into_box),
    Step("Centring", centre_by_mass),
    Step("Morphology", close_gaps),
    Step("Normalisation", normalise),
)
_AFTER_EXTRACTION = STEPS[[step.apply for step in STEPS].index(extract_digit) + 1 :]


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


def composed(photo: np.ndarray) -> np.ndarray:
    """Return a photo, RGB or RGBA, as (R, C, 3) RGB uint8: what is transparent is filled as in step 2."""
    return _composed(Sample(Config(rembg="never"), photo))[0]


def page_grey(rgb: np.ndarray, light_ground: bool) -> np.ndarray:
    """Return a photo as steps 3 and 4 make it, (R, C) uint8, its ink dark on a light ground, whichever it was."""
    grey = denoise(Sample(Config(rembg="never"), ground.darkness_grey(rgb, light_ground))).image
    return grey if light_ground else 255 - grey


def as_digit(strength: np.ndarray, mask: np.ndarray, row: int, column: int) -> np.ndarray:
    """Return ink as the network reads it, (28, 28) uint8: widened as in step 6, then steps 7 to 11.

    ``mask``, bool, shows which pixels of ``strength`` are the digit; its first pixel lies at ``row`` and ``column``.
    """
    picture, _ = _widened(strength, mask, row, column, ink.stroke_width(mask))
    sample = Sample(Config(rembg="never"), picture)
    for step in _AFTER_EXTRACTION:
        sample = step.apply(sample)
    return sample.image


def _ways(photo: np.ndarray, config: Config) -> Iterator[Preprocessed]:
    """Take the steps, those that find the ink under each assumption in turn, and yield the finds, the surest first."""
    *before, opened, shown = _taken(STEPS[:2], [Sample(config, photo)])
    likely = bool(shown.colour.mean() >= DARK)
    finds = [_taken(STEPS[2:6], [*before, opened, replace(shown, light_ground=likely)])]
    # If the ink is clearly dark, the other will not be surer; on a dark ground it may be: a sheet on a table is light.
    if not (likely and finds[0][-1].certainty >= CLEAR):
        finds.append(_taken(STEPS[2:6], [*before, opened, replace(shown, light_ground=not likely)]))
    surest = max(finds, key=_certainty)[-1]
    if _may_fill_photo(surest):
        find = _with_more_ground(before, opened, shown)
        if _fills(find[-1], photo.shape) and _holds(find[-1], surest):
            finds.append(find)
    finds.sort(key=_certainty, reverse=True)
    for find in finds:
        if find is finds[0] or not find[-1].is_blank:
            yield _finished(find)
    find = _taken(STEPS[2:6], [*before, opened, replace(shown, light_ground=likely, is_narrow=True)])
    # A straight line that is seen only so is the edge of a sheet.
    if _is_of_a_pen(find[-1]) and not (finds[0][-1].is_blank and ink.is_straight(find[-1].found.mask)):
        yield _finished(find)
    if not finds[0][-1].fills_photo and _is_near_border(surest):
        find = _with_more_ground(before, opened, shown)
        if not find[-1].is_blank and _holds(find[-1], surest):
            yield _finished(find)
    if finds[0][-1].certainty < SURE:
        find = _taken(STEPS[2:6], [*before, opened, replace(shown, light_ground=True, is_faint=True)])
        if not find[-1].is_blank:
            yield _finished(find)
    if (region := sheet.find_sheet(shown.composed)) is not None:
        find = _taken(STEPS[1:6], [*before, replace(opened, light_ground=True, sheet=region)])
        if not find[-1].is_blank:
            yield _finished(find)


def _certainty(find: list[Sample]) -> float:
    return find[-1].certainty


def _finished(find: list[Sample]) -> Preprocessed:
    """Take the steps that are left, unless nothing was found."""
    _, *made = _taken(STEPS[6:], find)
    trace = (
        Trace(number, step.title, step.caption, sample.note, sample.image)
        for number, (step, sample) in enumerate(zip(STEPS, made, strict=False), start=1)
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
    return _taken(STEPS[1:6], [*before, replace(opened, light_ground=light, fills_photo=True)])


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
    return thickest < _widest_stroke(sample.small.shape[:2], is_narrow=True)


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


def _taken(steps: tuple[Step, ...], samples: list[Sample]) -> list[Sample]:
    """Return the samples so far with those that further steps make of the last; after a blank one there are none."""
    for step in steps:
        if samples[-1].is_blank:
            break
        samples = [*samples, step.apply(samples[-1])]
    return samples


def _as_picture(strength: np.ndarray) -> np.ndarray:
    return np.round(np.clip(strength, 0, 1) * 255).astype(np.uint8)


def _disc(radius: float) -> np.ndarray:
    """A round structuring element of about ``radius`` pixels."""
    side = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
