"""Letters in figures: names that people give may be in any script, and no font holds them all."""

from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, fontManager, get_font
from matplotlib.text import Text

FONT = "DejaVu Sans"  # comes with matplotlib
LAST_RESORT = "Last Resort"  # comes with it too, and has a box for every letter


def make_legible(figure: Figure) -> None:
    """Let every text of a figure be drawn with letters, and none of it be taken for a formula.

    Letters that FONT lacks come from the installed font that has the most of them; what that lacks becomes "?".
    """
    texts = figure.findobj(Text)
    ours = findfont(FONT)
    missing = {
        letter for text in texts for letter in text.get_text() if letter.isprintable() and not _has(ours, letter)
    }
    other = _font_with(missing) if missing else None
    for text in texts:
        text.set_parse_math(False)
        if missing.intersection(text.get_text()):
            text.set_fontfamily([FONT] if other is None else [FONT, other.name])
            for letter in missing:
                if other is None or not _has(other.fname, letter):
                    text.set_text(text.get_text().replace(letter, "?"))


def _font_with(letters: set[str]):
    """Return matplotlib's entry of the font that has the most of these letters; None where none has any."""
    counted = [
        (sum(_has(entry.fname, letter) for letter in letters), entry)
        for entry in fontManager.ttflist
        if not entry.name.startswith(LAST_RESORT)
    ]
    most, best = max(counted, key=lambda counted_entry: counted_entry[0], default=(0, None))
    return best if most else None


def _has(path: str, letter: str) -> bool:
    return get_font(path).get_char_index(ord(letter)) != 0
