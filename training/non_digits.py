"""What is no digit, of our own making: letters, look-alikes, scribbles, shapes, textures and pictures.

Each family lies in one half: thresholds are chosen on CHOOSE and reported on REPORT. The halves share no font, no
generator and no picture; the families in NEVER_CHOSEN_ON have no sister in CHOOSE at all. What is written becomes a
28×28 image like MNIST's, which the pens, grounds, lights and cameras of training/scenes.py make a photo of, as they do
with digits: nothing but the shape tells the two apart. The same seed gives the same photo on every run.
"""

import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from unicodedata import category

import cv2
import matplotlib
import numpy as np
import skimage
import sklearn
from matplotlib.ft2font import FT2Font
from PIL import Image, ImageDraw, ImageFont

from inference import Classifier, ink
from inference.classifier import network_names
from training import strokes
from training.scenes import CONDITIONS, scene
from training.strokes import LARGE, like_mnist, warped

CHOOSE, REPORT = "choose", "report"

# Where Debian puts fonts, and the packages that bring those used here.
FONTS_FOLDER = Path("/usr/share/fonts")
FONT_PACKAGES = (
    "fonts-arphic-ukai",
    "fonts-averia-sans-gwf",
    "fonts-breip",
    "fonts-bwht",
    "fonts-comic-neue",
    "fonts-dancingscript",
    "fonts-dejavu-core",
    "fonts-dkg-handwriting",
    "fonts-ecolier-court",
    "fonts-femkeklaver",
    "fonts-havana",
    "fonts-humor-sans",
    "fonts-joscelyn",
    "fonts-junicode",
    "fonts-kaushanscript",
    "fonts-kiloji",
    "fonts-klee",
    "fonts-kristi",
    "fonts-leckerli-one",
    "fonts-levien-typoscript",
    "fonts-liberation",
    "fonts-lobster",
    "fonts-nanum-extra",
    "fonts-noto-core",
    "fonts-quicksand",
    "fonts-rufscript",
    "fonts-seto",
    "fonts-sil-andika",
    "fonts-sjfonts",
    "fonts-symbola",
    "fonts-tomsontalks",
    "fonts-urw-base35",
    "fonts-yozvox-yozfont-standard-kana",
    "fonts-yusei-magic",
)
# Hands of many people first, then what is printed.
FIRST_FONTS = (
    "dkg.ttf",
    "femkeklaver.ttf",
    "BecauseWeBuild-Regular.otf",
    "BecauseWeCreate-Regular.otf",
    "BecauseWeLearn-Regular.otf",
    "Ecolier-court.ttf",
    "ComicNeue-Regular.otf",
    "Andika-Regular.ttf",
    "DejaVuSans.ttf",
    "DejaVuSerif.ttf",
)
SECOND_FONTS = (
    "breipfont.ttf",
    "Rufscript010.ttf",
    "BecauseWeConnect-Regular.otf",
    "BecauseWeMentor-Regular.otf",
    "BecauseWeOrganize-Regular.otf",
    "KleeOne-Regular.ttf",
    "Humor-Sans.ttf",
    "TomsonTalks.ttf",
    "Kristi.ttf",
    "LiberationSans-Regular.ttf",
    "LiberationSerif-Regular.ttf",
)
# For letters alone; the digits of these are not learnt.
MORE_FONTS = (
    "setofont.ttf",
    "YOzRSF.ttf",
    "YuseiMagic-Regular.ttf",
    "LeckerliOne-Regular.ttf",
    "Joscelyn-Regular.otf",
    "Havana-Regular.otf",
    "lobster.otf",
    "JunicodeTwoBeta-CondensedItalic.otf",
    "AveriaSansGWF-Regular.ttf",
    "TypoScript.otf",
    "Quicksand-Light.ttf",
    "NotoSans-Italic.ttf",
    "NotoSerif-BoldItalic.ttf",
    "C059-BdIta.otf",
    "NimbusMonoPS-Regular.otf",
)
FONTS = {
    CHOOSE: (*FIRST_FONTS, *SECOND_FONTS),
    REPORT: (
        "Delphine.ttf",
        "SteveHand.ttf",
        "NanumPen.ttf",
        "NanumBrush.ttf",
        "kiloji.ttf",
        "KaushanScript-Regular.otf",
        "DancingScript-Regular.otf",
        "NanumSquareL.ttf",
        "NanumMyeongjoEcoR.ttf",
    ),
}

# Characters that a careful reader, too, takes for a digit where nothing else is written.
LOOK_ALIKES = "OoQDIlJij|!/ZzSsBbGqg&?${}"
LETTERS = "".join(c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in LOOK_ALIKES)
SYMBOLS = "#%@*+=~<>^"
MATHS = "√∞∑π∏≈≠≤≥×÷±✓✗"
# Of other scripts, without what looks like a digit there: з, б, ч, σ, ξ, ס, ろ, ち ...
FOREIGN = "αηκλμπψωΔΛΞΠΣΨΩЖШЩЮЯФДЦЙЫЪжшщюяфдцйыאבדהחטלמעפצקשת"
OTHER_SCRIPTS = ("DejaVuSans.ttf", "Andika-Regular.ttf")
KANA = "あえおかきけさせそたなにぬねはひふほまみむめもやゆよれわをん"
# Of few strokes, in the hand that schools teach.
CHINESE = (
    "丁七九了人入八刀力十又大女子寸山川工己弓才之不中井化天太夫少尺巴心手文斗方月木止水"
    "火父牛犬王世主令出加包北半古右四外央布平必未本正母民永玄玉瓜生用田由甲白皮目石禾立"
)
# Letters of many scripts, each in a font of its own.
SCRIPTS = {
    "southern Asia": (
        *(
            "Devanagari",
            "Bengali",
            "Tamil",
            "Telugu",
            "Kannada",
            "Malayalam",
            "Sinhala",
            "Gujarati",
            "Gurmukhi",
            "Oriya",
        ),
        *("Thai", "Lao", "Khmer", "Myanmar", "Javanese", "Lepcha", "OlChiki", "MeeteiMayek", "Lisu", "Yi"),
    ),
    "Africa, America, the Near East": (
        *("Ethiopic", "Vai", "Bamum", "Tifinagh", "NKo", "CanadianAboriginal", "Osage", "Cherokee", "Deseret"),
        *("Arabic", "Syriac", "Thaana", "Georgian", "Armenian", "Shavian"),
    ),
    "long ago": (
        *("Runic", "Glagolitic", "Gothic", "OldItalic", "LinearB", "Cypriot", "Carian", "OldHungarian", "Coptic"),
        *("Phoenician", "Ogham", "Lydian"),
    ),
}
# Pictures that are letters, and signs that are none.
HIEROGLYPHS = ("EgyptianHieroglyphs", "AnatolianHieroglyphs", "LinearA", "SignWriting")
NOTATIONS = ("Duployan", "Math", "Symbols")
# Letters of a script that are drawn, at most.
LETTERS_OF_SCRIPT = 150
# What all networks together read as one digit with this mean probability is rather that digit than a letter.
RATHER_A_DIGIT = 0.9
# In no font, by Unicode's definition.
NO_CHARACTER = "\uffff"
# The last of Unicode's Latin letters and marks.
LAST_LATIN = 0x370

HANGUL = "가나다라마바사아자차카타파하국문를습했없닭글한봄꽃"
PICTOGRAPHS = "☀☁☂☃☎☕☘☠☢☮☸♔♕♖♗♘♙♞♠♣♥♦♫♻⚑⚒⚓⚔⚖⚙⚛⚡✂✈✉✎✒✡✪❀❄❤❦➔➤⌂⌘⌛"

# They come with scikit-image, scikit-learn and matplotlib.
PICTURE_FOLDERS = tuple(
    Path(package.__file__).parent / folder
    for package, folder in ((skimage, "data"), (sklearn, "datasets/images"), (matplotlib, "mpl-data/sample_data"))
)
FIRST_PICTURES = (
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "page.png",
    "rocket.jpg",
)
SECOND_PICTURES = (
    "astronaut.png",
    "cell.png",
    "coins.png",
    "horse.png",
    "moon.png",
    "motorcycle_left.png",
    "retina.jpg",
)
PICTURES = {
    CHOOSE: (*FIRST_PICTURES, *SECOND_PICTURES),
    REPORT: (
        "china.jpg",
        "flower.jpg",
        "grace_hopper.jpg",
        "clock_motion.png",
        "microaneurysms.png",
        "phantom.png",
        "text.png",
    ),
}
FIRST_SURFACES, SECOND_SURFACES = ("brick.png",), ("grass.png", "gravel.png")

# The width of a pen's stroke as a share of the character's size, at least.
PEN = 0.08


class FontsMissing(RuntimeError):
    """A font is not on this machine; the message is one sentence that says what to install."""


@dataclass(frozen=True)
class Family:
    """One kind of things that are no digits.

    ``about``: in words; ``half``: CHOOSE or REPORT; ``make``: a generator -> what is written, (28, 28) uint8, white on
    black, or, where ``is_photo``, a photo (R, C, 3) uint8 RGB; ``kind``: the families of one kind are sisters.
    """

    about: str
    kind: str
    half: str
    make: Callable[[np.random.Generator], np.ndarray]
    is_photo: bool = False


# --- Letters -------------------------------------------------------------------------------------------------


@cache
def font_of(name: str) -> ImageFont.FreeTypeFont:
    path = next(FONTS_FOLDER.rglob(name), None)
    if path is None:
        packages = " ".join(FONT_PACKAGES)
        raise FontsMissing(f"The font {name} is missing: install Debian's fonts with apt-get install {packages}.")
    return ImageFont.truetype(str(path), LARGE)


def glyph(character: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> np.ndarray:
    """Return a character as a font draws it, (R, C) uint8, white on black, cut out with nothing around it."""
    left, top, right, bottom = (round(edge) for edge in font.getbbox(character))
    page = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(page).text((1 - left, 1 - top), character, fill=255, font=font)
    return np.asarray(page)


def character(rng: np.random.Generator, fonts: tuple[str, ...], characters: str) -> np.ndarray:
    """One of the characters in one of the fonts, warped like a hand would."""
    name = fonts[rng.integers(len(fonts))]
    return by_hand(_one(_drawable(name, characters), rng), font_of(name), rng)


def by_hand(character: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, rng: np.random.Generator) -> np.ndarray:
    """A character of a font, warped like a hand would, (28, 28) uint8."""
    drawn = warped(glyph(character, font), rng)
    return like_mnist(_thick_enough(drawn))


def _thick_enough(drawn: np.ndarray) -> np.ndarray:
    """As a pen writes it, not a hairline: reduced to 20 pixels, nothing would be left of it."""
    missing = round(PEN * max(drawn.shape) / 2 - ink.stroke_width(drawn > 127))
    if missing <= 0:
        return drawn
    return cv2.dilate(drawn, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (missing + 1, missing + 1)))


def _one(characters: str, rng: np.random.Generator) -> str:
    return characters[rng.integers(len(characters))]


@cache
def _drawable(name: str, characters: str) -> str:
    """Those of the characters that a font has: for others it draws nothing, or the sign for what is missing."""
    font = font_of(name)
    missing = glyph(NO_CHARACTER, font)
    drawn = {one: glyph(one, font) for one in characters}
    return "".join(one for one, ink in drawn.items() if ink.any() and not np.array_equal(ink, missing))


def letter_of_script(rng: np.random.Generator, scripts: tuple[str, ...]) -> np.ndarray:
    """A letter of one of the scripts that is no digit's double, warped like a hand would."""
    name = f"NotoSans{scripts[rng.integers(len(scripts))]}-Regular.ttf"
    return by_hand(_one(_letters(name), rng), font_of(name), rng)


@cache
def _letters(name: str) -> str:
    """The letters of a font, without Latin ones and without those that look like digits."""
    font = font_of(name)
    codes = FT2Font(font.path).get_charmap()
    # Pictographs are not learnt at all.
    signs = (chr(code) for code in sorted(codes) if code > LAST_LATIN and chr(code) not in PICTOGRAPHS)
    letters = [sign for sign in signs if category(sign) in ("Lo", "Lu", "Ll", "Sm", "So")]
    letters = [one for one in letters[:: -(-len(letters) // LETTERS_OF_SCRIPT)] if glyph(one, font).any()]
    plain = np.stack([like_mnist(_thick_enough(glyph(one, font))) for one in letters])
    return "".join(np.array(letters)[doubt(plain) > 1 - RATHER_A_DIGIT])


def doubt(images: np.ndarray) -> np.ndarray:
    """Return how unsure all committed networks together are of images (N, 28, 28): one minus the mean probability of
    what they read, (N,), 0-1.
    """
    return 1 - np.mean([one.probabilities(images) for one in _networks()], axis=0).max(axis=1)


@cache
def _networks() -> list[Classifier]:
    return [Classifier(name) for name in network_names()]


def turned_digit(rng: np.random.Generator) -> np.ndarray:
    """A digit of a font that lies on its side or is seen in a mirror."""
    label, turn = TURNED[rng.integers(len(TURNED))]
    image = character(rng, FONTS[CHOOSE], label)
    return np.ascontiguousarray(image[:, ::-1] if turn == "mirror" else np.rot90(image, int(turn)))


TURNED = [
    (digit, turn) for turn, digits in (("1", "2345789"), ("3", "234589"), ("mirror", "34679")) for digit in digits
]


def no_digit(rng: np.random.Generator, make: Callable[[np.random.Generator], np.ndarray]) -> np.ndarray:
    """What ``make`` draws, the first that all networks together do not read as a digit."""
    while doubt((image := make(rng))[None])[0] <= 1 - RATHER_A_DIGIT:
        pass
    return image


# --- Photos that show no writing -----------------------------------------------------------------------------


@cache
def _picture(name: str) -> np.ndarray:
    """One of the pictures, (R, C, 3) uint8."""
    path = next(folder / name for folder in PICTURE_FOLDERS if (folder / name).exists())
    with Image.open(path) as file:
        return np.asarray(file.convert("RGB"))


def picture(rng: np.random.Generator, names: tuple[str, ...]) -> np.ndarray:
    """A part of one of the pictures, mirrored or not, as large as small photos are."""
    whole = _picture(names[rng.integers(len(names))])
    rows, columns = (round(rng.uniform(0.35, 1) * length) for length in whole.shape[:2])
    top, left = (int(rng.integers(0, room + 1)) for room in (whole.shape[0] - rows, whole.shape[1] - columns))
    part = whole[top : top + rows, left : left + columns]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    scale = rng.uniform(300, 900) / max(part.shape[:2])
    return cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def noise(rng: np.random.Generator) -> np.ndarray:
    """Noise with grains of any size, grey or coloured."""
    rows, columns = (int(side) for side in rng.integers(200, 700, 2))
    grain = np.exp(rng.uniform(0, np.log(60)))
    shape = max(2, round(rows / grain)), max(2, round(columns / grain))
    grains = rng.normal(128, rng.uniform(10, 60), (*shape, 3 if rng.random() < 0.5 else 1))
    even = cv2.resize(np.broadcast_to(grains, (*shape, 3)), (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.clip(even, 0, 255).astype(np.uint8)


def pattern(rng: np.random.Generator) -> np.ndarray:
    """Stripes, checks or dots from edge to edge."""
    rows, columns = (int(side) for side in rng.integers(200, 700, 2))
    down, across = np.mgrid[:rows, :columns].astype(np.float32)
    angle, pace = rng.uniform(0, np.pi), 2 * np.pi / rng.uniform(12, 90)
    one = np.sin(pace * (np.cos(angle) * across + np.sin(angle) * down))
    other = np.sin(pace * (np.cos(angle) * down - np.sin(angle) * across))
    shade = (one, np.sign(one * other), (one + other > rng.uniform(0.5, 1.5)) * 2.0 - 1)[int(rng.integers(3))]
    colours = rng.uniform(0, 255, (2, 3))
    mixed = colours[0] + (shade[..., None] + 1) / 2 * (colours[1] - colours[0])
    return np.clip(mixed + rng.normal(0, 4, mixed.shape), 0, 255).astype(np.uint8)


def grain(rng: np.random.Generator) -> np.ndarray:
    """Wood, marble, cloth or clouds, from edge to edge."""
    rows, columns = (int(side) for side in rng.integers(200, 700, 2))
    down, across = np.mgrid[:rows, :columns].astype(np.float32) / 100
    bent = sum(
        cv2.resize(rng.standard_normal((count, count)).astype(np.float32), (columns, rows)) / count
        for count in (3, 6, 12, 24, 48)
    )
    which, pace = int(rng.integers(4)), rng.uniform(5, 25)
    if which == 0:
        shade = np.sin(pace * np.hypot(across - rng.uniform(-3, 0), 0.2 * down) + 2 * bent)
    elif which == 1:
        shade = 1 - 2 * np.abs(np.sin(pace / 6 * (across + down) + 6 * bent)) ** 0.5
    elif which == 2:
        shade = np.sign(np.sin(4 * pace * down)) * np.sin(4 * pace * across) + 0.5 * bent
    else:
        shade = np.tanh(3 * bent)
    colours = rng.uniform(20, 255, (2, 3))
    mixed = colours[0] + (shade[..., None] + 1) / 2 * (colours[1] - colours[0])
    return np.clip(mixed + rng.normal(0, 5, mixed.shape), 0, 255).astype(np.uint8)


def _one_of(characters: str, fonts: tuple[str, ...]) -> Callable[[np.random.Generator], np.ndarray]:
    return partial(character, characters=characters, fonts=fonts)


# --- The families --------------------------------------------------------------------------------------------

KINDS = {
    "letters": "letters, without those that look like digits",
    "look_alikes": f"what looks like a digit: {' '.join(LOOK_ALIKES)}",
    "symbols": " ".join(SYMBOLS),
    "scribbles": "scribbles, crossings-out, curls",
    "shapes": "drawn shapes and signs",
    "textures": "noise, patterns, surfaces, from edge to edge",
    "pictures": "photos of other things",
    "hangul": "Korean syllables",
    "pictographs": " ".join(PICTOGRAPHS),
}
# Reported apart: nobody could refuse them all.
APART = "look_alikes"
NEVER_CHOSEN_ON = ("hangul", "pictographs")

FAMILIES = {
    family.about: family
    for family in (
        Family("letters, first fonts", "letters", CHOOSE, _one_of(LETTERS, FIRST_FONTS)),
        Family("letters, second fonts", "letters", CHOOSE, _one_of(LETTERS, SECOND_FONTS)),
        Family("letters, third fonts", "letters", REPORT, _one_of(LETTERS, FONTS[REPORT])),
        Family("look-alikes, first fonts", APART, CHOOSE, _one_of(LOOK_ALIKES, FONTS[CHOOSE])),
        Family("look-alikes, third fonts", APART, REPORT, _one_of(LOOK_ALIKES, FONTS[REPORT])),
        Family("letters of other scripts", "letters", CHOOSE, _one_of(FOREIGN, OTHER_SCRIPTS)),
        *(
            Family(f"letters of {where}", "letters", CHOOSE, partial(letter_of_script, scripts=scripts))
            for where, scripts in SCRIPTS.items()
        ),
        Family("Chinese characters", "letters", CHOOSE, _one_of(CHINESE, ("ukai.ttc",))),
        Family("letters, more fonts", "letters", CHOOSE, _one_of(LETTERS, MORE_FONTS)),
        Family("hieroglyphs", "letters", CHOOSE, partial(letter_of_script, scripts=HIEROGLYPHS)),
        Family("shorthand, mathematics, alchemy", "symbols", CHOOSE, partial(letter_of_script, scripts=NOTATIONS)),
        Family("made-up characters", "letters", CHOOSE, strokes.made_up),
        Family("digits on their side, in a mirror", "letters", CHOOSE, partial(no_digit, make=turned_digit)),
        Family("doodles", "shapes", CHOOSE, partial(no_digit, make=strokes.few_strokes)),
        Family("kana", "letters", CHOOSE, _one_of(KANA, ("KleeOne-Regular.ttf", "setofont.ttf", "YOzRSF.ttf"))),
        Family("symbols, first fonts", "symbols", CHOOSE, _one_of(SYMBOLS + MATHS, FONTS[CHOOSE])),
        Family("symbols, third fonts", "symbols", REPORT, _one_of(SYMBOLS, FONTS[REPORT])),
        Family("tangles", "scribbles", CHOOSE, strokes.tangle),
        Family("hatching and curls", "scribbles", CHOOSE, strokes.hatching),
        Family("joined-up writing", "scribbles", REPORT, strokes.scrawl),
        Family("polygons, stars, spirals", "shapes", CHOOSE, strokes.polygon),
        Family("spots, wedges", "shapes", CHOOSE, strokes.blot),
        Family("dented rings, rings with marks", "shapes", CHOOSE, strokes.ring),
        Family("arrows, houses, hearts, faces", "shapes", CHOOSE, strokes.sign),
        Family("frames, ladders, grids", "shapes", CHOOSE, strokes.frame),
        Family("crossing lines, flowers, loops", "shapes", CHOOSE, strokes.knot),
        Family("silhouettes, islands", "shapes", CHOOSE, strokes.silhouette),
        Family("moons, keys, cups, fish, flags", "shapes", REPORT, strokes.thing),
        Family("outlines", "shapes", CHOOSE, strokes.outline),
        Family("noise", "textures", CHOOSE, noise, is_photo=True),
        Family("bricks", "textures", CHOOSE, partial(picture, names=FIRST_SURFACES), is_photo=True),
        Family("stripes, checks, dots", "textures", CHOOSE, pattern, is_photo=True),
        Family("grass, gravel", "textures", CHOOSE, partial(picture, names=SECOND_SURFACES), is_photo=True),
        Family("wood, marble, cloth, clouds", "textures", REPORT, grain, is_photo=True),
        Family("first pictures", "pictures", CHOOSE, partial(picture, names=FIRST_PICTURES), is_photo=True),
        Family("second pictures", "pictures", CHOOSE, partial(picture, names=SECOND_PICTURES), is_photo=True),
        Family("third pictures", "pictures", REPORT, partial(picture, names=PICTURES[REPORT]), is_photo=True),
        Family(
            "hangul", "hangul", REPORT, _one_of(HANGUL, ("NanumPen.ttf", "NanumBrush.ttf", "NanumMyeongjoEcoR.ttf"))
        ),
        Family("pictographs", "pictographs", REPORT, _one_of(PICTOGRAPHS, ("Symbola_hint.ttf",))),
    )
}


def written(family: Family, seed: int) -> np.ndarray:
    """Return what a family gives for a seed: (28, 28) uint8, or a photo (R, C, 3) uint8 where ``is_photo``."""
    return family.make(np.random.default_rng([seed, zlib.crc32(family.about.encode())]))


# From a seed to the one that stands in for it.
NEXT = 1_000_003


def photo(family: Family, seed: int) -> np.ndarray:
    """Return a photo of what a family gives for a seed, (R, C, 3) uint8 RGB; the conditions of scenes take turns.

    What is too fine for a pen gives way to what another seed gives.
    """
    if family.is_photo:
        return written(family, seed)
    condition = list(CONDITIONS)[seed % len(CONDITIONS)]
    made = None
    while made is None:
        with suppress(ValueError):
            made = scene(written(family, seed), -1, condition, seed).photo
        seed += NEXT
    return made
