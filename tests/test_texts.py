"""The catalogue of texts is complete, the code takes its texts from nowhere else, and the pages speak the language."""

import ast
import json
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from inference import Classifier, Prediction, cutout, quality, reading
from inference.augmentation import OPERATIONS
from inference.classifier import models_folder, no_network
from inference.samples import encoded, photo
from inference.steps import REMBG_MODES, STEPS
from inference.tta import View
from inference.verdict import BLANK, VERDICTS
from tests.drawn import two_digits
from tests.rooms import ROOMS
from ui import texts, words
from ui.development import STAGES
from ui.examples import EXAMPLES
from ui.page import PAGES
from ui.performance.corruptions import CORRUPTIONS
from ui.performance.photos import PARTS
from ui.performance.refused import VERDICTS as VERDICTS_FILE
from ui.performance.refused import kinds, slug
from ui.performance.scenes import CONDITIONS
from ui.prediction.compare import DESCRIBED
from ui.prediction.inputs import MANY, MODES
from ui.prediction.many_page import FILTERS

APP = Path(__file__).parent.parent / "streamlit_app"
PREDICTION, ARCHITECTURE, PERFORMANCE = (PAGES[name] for name in ("prediction", "architecture", "performance"))
OTHERS = [code for code in texts.LANGUAGES if code != texts.DEFAULT]

needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="needs models/mnist_cnn.onnx (make train)"
)


def file_of(code: str) -> dict:
    return tomllib.loads((texts.FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def texts_of(code: str) -> dict[str, str]:
    """Return key -> text of a language, without what the library says."""
    groups = {name: group for name, group in file_of(code).items() if name not in ("library", "steps")}
    return dict(texts._flat(groups))


def placeholders(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name is not None}


@pytest.fixture
def french(monkeypatch):
    monkeypatch.setattr(texts, "language", lambda: "fr")


# --- The files are complete --------------------------------------------------------------------------------------


def test_there_is_one_file_for_each_language():
    assert {path.stem for path in texts.FOLDER.iterdir()} == set(texts.LANGUAGES)


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_the_same_keys_with_the_same_placeholders(code):
    english, other = texts_of(texts.DEFAULT), texts_of(code)
    assert list(other) == list(english)
    for key, words_ in english.items():
        assert other[key], key
        assert placeholders(other[key]) == placeholders(words_), key


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_a_title_and_a_caption_for_each_step(code):
    assert {name: set(words_) for name, words_ in file_of(code)["steps"].items()} == {
        step.apply.__name__: {"title", "caption"} for step in STEPS
    }


@pytest.mark.parametrize("code", OTHERS)
def test_what_the_library_says_keeps_its_placeholders(code):
    for english, translation in file_of(code)["library"].items():
        assert placeholders(translation) == placeholders(english), english


def test_french_is_set_as_french_is_printed():
    for key, words_ in [*texts_of("fr").items(), *file_of("fr")["library"].items()]:
        printed = re.sub(r"`[^`]*`", "", texts._french(words_))
        assert not re.search(r" [:;?!%»]|« ", printed), key
        assert not re.search(r"[\w.)][;?!]|\w:(?!\w)|«[^\u202f]", printed), f"{key}: a space is missing"
        assert "..." not in printed, key


# --- The code takes its texts from the catalogue -----------------------------------------------------------------


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in [APP / "Home.py", *sorted((APP / "pages").glob("*.py")), *sorted((APP / "ui").rglob("*.py"))]:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls(name: str) -> Iterator[ast.Call]:
    """Return every call of a function, or of a method, with this name in the pages."""
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) == name:
                yield node


def key_pattern(node: ast.expr) -> str:
    """Return a pattern of the keys that an argument of text() stands for: of f"kind.{name}" all that begin with it."""
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w-]+" for part in node.values)
    return re.escape(node.value)


def test_every_key_is_used_and_every_used_key_is_there():
    keys, used = set(texts_of(texts.DEFAULT)), set()
    for call in calls("text"):
        found = {key for key in keys if re.fullmatch(key_pattern(call.args[0]), key)}
        assert found, ast.unparse(call)
        used |= found
    assert keys - used == set()


def test_every_text_is_given_its_values():
    catalogue = texts_of(texts.DEFAULT)
    for call in calls("text"):
        given = {keyword.arg for keyword in call.keywords}
        for key in catalogue:
            if re.fullmatch(key_pattern(call.args[0]), key) and None not in given and call.keywords:
                assert given == placeholders(catalogue[key]), ast.unparse(call)
            elif isinstance(call.args[0], ast.Constant) and call.args[0].value == key and not call.keywords:
                assert not placeholders(catalogue[key]), ast.unparse(call)


@pytest.mark.parametrize(
    ("start", "names"),
    [
        ("kind.", words.KINDS),
        ("verdict.", VERDICTS),
        ("quality.", [*quality.WEIGHTS, *(name for name, _ in quality.LEVELS)]),
        ("input.", (*MODES, MANY)),
        ("examples.", [*EXAMPLES, *(f"{name}_alt" for name in EXAMPLES)]),
        ("compare.", DESCRIBED),
        ("many.show_", FILTERS),
        ("page.", PAGES),
        ("settings.rembg_", REMBG_MODES),
        ("settings.model_", cutout.MODELS),
        ("home.", [f"{name}_{part}" for name in PAGES if name != "home" for part in ("link", "words")]),
        ("performance.", [f"{name}_{part}" for name in PARTS for part in ("title", "meaning")]),
        ("augmentation.", OPERATIONS),
        ("corruption.", CORRUPTIONS),
        ("condition.", CONDITIONS),
        ("technique.", [f"{name}{part}" for name in STAGES for part in ("", "_why")]),
        ("architecture.room_", ROOMS["architecture"]),
        ("performance.room_", ROOMS["performance"]),
    ],
)
def test_there_is_a_text_for_every_name(start, names):
    assert {f"{start}{name}" for name in names} <= set(texts_of(texts.DEFAULT))


def test_there_is_a_text_for_every_kind_that_the_report_on_refusals_holds():
    path = models_folder() / VERDICTS_FILE
    if not path.exists():
        pytest.skip(f"needs {path} (make verdicts)")
    none, digits = kinds(json.loads(path.read_text(encoding="utf-8")))
    assert {f"refused.{slug(row['of'])}" for row in (*none, *digits)} <= set(texts_of(texts.DEFAULT))


# Code inside strings, names (also of ONNX's operators), and commands to type: the same in every language.
NO_TEXT = re.compile(
    r"""[<>="]|\{ [\w-]+: |\bdatum\b|^'|^(make|digitlens|python) |^DigitLens$|^\w+2D$|^data:|^(English|Français)$"""
    r"|^(Mul|Add|Conv|Reshape|Transpose|Squeeze|Softmax)$"
)
LIKE_TEXT = re.compile(r"[^\W\d_]{2,}[.,:;!?]? [^\W\d_]{2,}|^\W*[A-Z][a-z]+\W*$")


def test_no_text_is_written_in_the_code_of_the_pages():
    for path, tree in sources():
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
                written = LIKE_TEXT.search(node.value) and not NO_TEXT.search(node.value)
                assert not written, f"{path.name}, line {node.lineno}: {node.value!r}"


def test_every_picture_has_words_for_those_who_cannot_see_it():
    for name in ("image", "picture", "vega_lite_chart", "show_chart"):
        for call in calls(name):
            assert "alt" in {keyword.arg for keyword in call.keywords}, ast.unparse(call)


# --- What the library says ---------------------------------------------------------------------------------------

ERRORS = {"PhotoError", "CutoutUnavailable", "MnistUnavailable", "NetworkUnavailable"}


def templates(node: ast.expr) -> list[str]:
    """Return what a string in the code may become, with "7" in the place of its values."""
    if isinstance(node, ast.IfExp):
        return [*templates(node.body), *templates(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "7" for part in node.values)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def says(node: ast.AST) -> ast.expr | None:
    """Return what a piece of code gives a page to show: the note of a step, the message of an error."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args:
        return node.args[-1]
    if isinstance(node, ast.keyword) and node.arg == "note":
        return node.value
    if isinstance(node, ast.Assign | ast.AugAssign) and {"note", "way_out"} & {
        getattr(target, "id", "") for target in getattr(node, "targets", [getattr(node, "target", None)])
    }:
        return node.value
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):  # an image with its note
        return node.value.elts[-1]
    return None


def said_by_the_library(monkeypatch) -> set[str]:
    """Return the sentences that inference gives a page to show: notes, advice, errors, what a look is called."""
    looks = [View(), View(angle=7), View(zoom=1.07), View(rows=1), View(rows=-1), View(columns=1), View(columns=-1)]
    found = {*quality.ADVICE.values(), quality.NOTHING_FOUND, *(look.name for look in looks)}
    found |= {"Transparent: set on black.", "Transparent: set on white."}
    for folder in ("", "folder"):
        monkeypatch.setenv("DIGITLENS_MODELS", folder)
        found.add(no_network())
    for name in ("steps", "photo", "archive", "cutout", "mnist", "classifier"):
        for node in ast.walk(ast.parse((APP / "inference" / f"{name}.py").read_text(encoding="utf-8"))):
            found.update(templates(said) if (said := says(node)) else ())
    sentences = {sentence.strip() for words_ in found for sentence in re.split(r"(?<=\.) ", words_)}
    return sentences - {"", "7", "Transparent: set on 7."}


def written_into_files() -> set[str]:
    """Return the strings of what writes the files of models/."""
    code = "".join(
        (APP.parent / "training" / name).read_text(encoding="utf-8")
        for name in ("benchmark.py", "dashboard.py", "throughput.py", "export.py", "ablation.py")
    )
    # Of the ablation, each part of "no rembg; no blur" stands alone.
    parts = {part for node in ast.walk(ast.parse(code)) for words_ in templates(node) for part in words_.split("; ")}
    return parts | {"resident after 7 predictions, 7 with rembg"}  # put together of two


@pytest.mark.parametrize("code", OTHERS)
def test_the_library_says_nothing_that_is_not_translated(monkeypatch, code):
    monkeypatch.setattr(texts, "language", lambda: code)
    sentences = said_by_the_library(monkeypatch)
    assert len(sentences) > 40
    same_in_both = {"7×7 pixels."}
    assert {sentence for sentence in sentences if texts.said(sentence) == sentence} - same_in_both == set()


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_is_translated_that_nobody_says(monkeypatch, code):
    sentences = said_by_the_library(monkeypatch) | written_into_files()
    for english in file_of(code)["library"]:
        assert any(texts._pattern(english).fullmatch(sentence) for sentence in sentences), english


def test_a_sentence_with_values_keeps_them(french):
    assert texts.said("Kernel 5×5.") == "Noyau 5×5."
    widened = "30×40 pixels, strokes 3 wide. Widened to a pen that the network knows."
    assert texts.said(widened) == "30×40 pixels, traits larges de 3. Élargis à un stylo que le réseau connaît."
    assert words.view(View(angle=-5, zoom=1.05).name) == "tournée de −5°, à 105\u202f% de sa taille"
    assert texts.said("Something new. Kernel 3×3.") == "Something new. Noyau 3×3."


def test_english_is_as_the_library_has_it():
    assert texts.said("Kernel 5×5.") == "Kernel 5×5."
    assert texts.step_words(STEPS[0]) == (STEPS[0].title, STEPS[0].caption)


# --- Figures -----------------------------------------------------------------------------------------------------


def test_numbers_are_written_as_the_language_writes_them(french):
    assert words.number(1234567.891, 2) == "1\u202f234\u202f567,89"
    assert words.number(0.04, 2, signed=True) == "+0,04"
    assert words.percent(0.995) == "99,5\u202f%"
    assert words.percent(0.99999) == ">\u00a099,9\u202f%"
    assert words.interval([0.97, 0.982]) == "95\u202f%\u202f: de 97,0 à 98,2\u202f%"
    assert words.duration(3.42) == "3,4 s"
    assert words.significant(0.002) == "0,002"
    assert words.significant(6.561234e-07) == "0,000000656"


def test_a_sum_that_is_shown_adds_up():
    assert round(words.in_sum(-0.844, 0.0751), 2) == -0.76  # −0.84 + 0.08; unrounded it would be −0.77


# --- The pages ---------------------------------------------------------------------------------------------------

# No French text has these words; the reasons in the network's card are quoted as they are.
ENGLISH = re.compile(
    r"\b(the|of|and|with|is|are|this|it|not|digits?|read|network|error|right|wrong|confidence)\b", re.I
)
QUOTED = re.compile(r"`[^`]*`|\S*/\S*|^- \*\*.*", re.DOTALL)
NO_WORDS = {"url", "id", "formId", "pageScriptHash", "page", "src", "queryString", "type", "icon", "format"}
OF_A_CHART = {"title", "label", "words", "series"}


def strings(value, name: str = "") -> Iterator[str]:
    """Return every string of an element that a person may see or hear."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in NO_WORDS:
                yield from strings(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, name)
    elif isinstance(value, str):
        if name == "spec":
            yield from of_a_chart(json.loads(value))
        elif not value.startswith(("data:", "<svg", "<script", "<style")):
            yield value


def of_a_chart(value) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from of_a_chart(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and key in OF_A_CHART:
                yield inner
            yield from of_a_chart(inner)


def shown(app: AppTest) -> list[str]:
    """Return all the texts of a page; fail where it ended in an exception or a widget has no name."""
    assert [error.message for error in app.exception] == []
    found = []
    for element in app._tree:
        proto = getattr(element, "proto", None)
        if proto is None:
            continue
        told = MessageToDict(proto)
        for code in ("jsContent", "cssContent", "htmlContent"):  # a component's, in no language of people
            told.pop(code, None)
        if hasattr(proto, "label") and element.type not in ("expander", "tab"):
            assert proto.label.strip(), element
        found += strings(told)
    return found


def assert_no_english(app: AppTest) -> list[str]:
    found = shown(app)
    assert len(found) > 8
    assert [words_ for words_ in found if ENGLISH.search(QUOTED.sub("", words_))] == []
    return found


@pytest.fixture
def home():
    """The dashboard, opened with a French address."""
    app = AppTest.from_file(str(APP / "Home.py"), default_timeout=60)
    app.query_params["lang"] = "fr"
    return app.run()


def test_every_page_is_french(home):
    assert "Lus correctement" in assert_no_english(home)
    for page, title in ((PREDICTION, "Prédiction"), (ARCHITECTURE, "Architecture"), (PERFORMANCE, "Performances")):
        home.switch_page(page).run()
        assert home.title[0].value == title
        assert_no_english(home)


@needs_network
@pytest.mark.parametrize(("page", "room"), [(page, room) for page, rooms in ROOMS.items() for room in rooms])
def test_every_room_is_french(home, page, room):
    home.switch_page(PAGES[page]).run()
    home.pills(key=f"{page}_room").set_value(room).run()
    assert_no_english(home)


@pytest.mark.parametrize("mode", [*MODES, MANY])
def test_every_mode_is_french(home, mode, monkeypatch, tmp_path):
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "missing.npz"))
    home.switch_page(PREDICTION).run()
    home.segmented_control(key="mode").set_value(mode).run()
    assert_no_english(home)


@needs_network
@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(photo(3), id="digit"),
        pytest.param(photo(3, 96, 96), id="small"),
        pytest.param(np.full((300, 400, 3), 235, np.uint8), id="blank"),
        pytest.param(two_digits(8, 4), id="two"),
        pytest.param(255 - photo(7), id="light on dark"),
    ],
)
@pytest.mark.parametrize("rembg", REMBG_MODES)
def test_every_answer_is_french(home, picture, rembg):
    home.switch_page(PREDICTION).run()
    home.toggle(key="tta").set_value(True)
    home.radio(key="rembg").set_value(rembg)
    home.file_uploader(key="file").set_value(("photo.png", encoded(picture), "image/png")).run()
    assert "Les onze étapes" in assert_no_english(home)


@needs_network
@pytest.mark.parametrize("verdict", [name for name in VERDICTS if name != BLANK])
def test_every_verdict_is_french(home, monkeypatch, verdict):
    low = np.array([0.02, 0.02, 0.02, 0.82] + [0.02] * 6)
    monkeypatch.setattr(Classifier, "predict", lambda *_, **__: Prediction(3, 0.82, low))
    monkeypatch.setattr(reading, "verdict", lambda *_: verdict)
    home.switch_page(PREDICTION).run()
    home.file_uploader(key="file").set_value(("photo.png", encoded(photo(3)), "image/png")).run()
    assert texts_of("fr")[f"verdict.{verdict}"] in [metric.value for metric in home.metric]
    assert_no_english(home)


@needs_network
def test_what_goes_beyond_one_answer_is_french(home):
    home.switch_page(PREDICTION).run()
    home.button(key="example_number").click().run()
    assert_no_english(home)
    for toggle in ("networks", "show_history"):
        home.toggle(key=toggle).set_value(True).run()
    home.pills(key="truth_0").set_value("not_a_digit").run()
    home.pills[0].set_value(0).run()
    found = assert_no_english(home)
    assert "Cette session\u202f: lus 1. Selon vous, justes\u202f: 0, faux\u202f: 1." in found
    home.segmented_control(key="mode").set_value("many").run()
    files = [("3/a.png", encoded(photo(3)), "image/png"), ("4/b.png", b"notes", "image/png")]
    home.file_uploader(key="many_False").set_value(files).run()
    assert "Exactitude" in assert_no_english(home)


@pytest.mark.parametrize("data", [b"", b"notes", encoded(np.zeros((2, 2, 3), np.uint8)), encoded(photo(3))[:2000]])
def test_what_cannot_be_read_is_said_in_french(home, data):
    home.switch_page(PREDICTION).run()
    home.file_uploader(key="file").set_value(("photo.png", data, "image/png")).run()
    assert len(home.error) == 1
    assert_no_english(home)


def test_what_is_missing_is_said_in_french(monkeypatch, tmp_path, home):
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path))
    for page in (PREDICTION, ARCHITECTURE, PERFORMANCE):
        home.switch_page(page).run()
        assert_no_english(home)


# --- Which language ----------------------------------------------------------------------------------------------


def title(app: AppTest) -> str:
    return app.switch_page(PREDICTION).run().title[0].value


@pytest.mark.parametrize(
    ("locale", "asked", "expected"),
    [
        ("fr-FR", None, "Prédiction"),
        ("fr", None, "Prédiction"),
        ("de-DE", None, "Prediction"),
        (None, None, "Prediction"),
        ("fr-CA", "en", "Prediction"),
        ("en-GB", "fr", "Prédiction"),
        ("fr-FR", "xx", "Prédiction"),
    ],
)
def test_the_address_decides_then_the_browser(locale, asked, expected):
    app = AppTest.from_file(str(APP / "Home.py"), default_timeout=60)
    if locale:
        app.context["locale"] = locale
    if asked:
        app.query_params["lang"] = asked
    assert title(app.run()) == expected


def test_the_switch_changes_every_page_and_the_address():
    app = AppTest.from_file(str(APP / "Home.py"), default_timeout=60)
    app.context["locale"] = "fr-FR"
    app.run()
    links = {link.proto.query_string for link in app.get("page_link")}
    assert links == {""}  # whoever is given this link reads it in the own language
    assert app.segmented_control(key=texts.SWITCH).value == "fr"
    app.segmented_control(key=texts.SWITCH).set_value("en").run()
    assert app.query_params["lang"] == "en"
    assert {link.proto.query_string for link in app.get("page_link")} == {"lang=en"}
    app.query_params.clear()
    assert title(app) == "Prediction"
    assert app.segmented_control(key=texts.SWITCH).value == "en"


def test_two_people_read_two_languages():
    one, other = (AppTest.from_file(str(APP / "Home.py"), default_timeout=60) for _ in range(2))
    one.query_params["lang"] = "fr"
    one.run()
    other.run()
    one.run()
    assert "Lus correctement" in shown(one)
    assert "Read right" in shown(other)
