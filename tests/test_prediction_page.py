"""What the page Prediction does beyond one answer, run as Streamlit runs it (AppTest)."""

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from inference import Classifier
from inference.classifier import network_names
from inference.mnist import MnistUnavailable, load_test_images
from inference.samples import encoded, photo
from tests.test_pages import (
    HOME,
    SECONDS,
    checked,
    digit,
    drawn,
    needs_network,
    prediction,
    room,
    strokes_of,
    texts,
    uploaded,
)
from ui import results
from ui.examples import EXAMPLES, NUMBER
from ui.prediction.many import read_row

__all__ = ["drawn"]  # a fixture

pytestmark = needs_network


@pytest.fixture
def app():
    """The dashboard, at its first page."""
    return checked(AppTest.from_file(str(HOME), default_timeout=SECONDS).run())


def press(app: AppTest, label: str) -> AppTest:
    """Press the button with this label."""
    next(button for button in app.button if button.label == label).click().run()
    return checked(app)


def counted(app: AppTest) -> tuple[int, ...]:
    """Return what the history counts: how many were read, and how many of them the person called right and wrong."""
    words = "This session: {} read. You called {} right and {} wrong."
    label = app.toggle(key="show_history").label
    numbers = tuple(map(int, re.findall(r"\d+", label)))
    assert label == words.format(*numbers)
    return numbers


def table(app: AppTest, head: str) -> list[list[str]]:
    """Return the cells of the table whose first column has this head, without the head."""
    lines = next(one.value for one in app.markdown if one.value.startswith(f"| {head} |")).splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


# --- Examples, MNIST, networks, numbers ------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "answer", "verdict"), [("paper", "4", "digit"), ("drawing", "7", "digit")])
def test_an_example_is_read_with_one_click(app, name, answer, verdict):
    prediction(app, "upload")
    app.button(key=f"example_{name}").click().run()
    assert digit(checked(app)) == answer
    assert verdict in [metric.value for metric in app.metric]
    press(app, "Remove")
    assert digit(app) is None
    assert {f"example_{each}" for each in EXAMPLES} <= {button.key for button in app.button}


def test_the_example_of_a_letter_is_no_digit(app):
    prediction(app, "upload")
    app.button(key="example_letter").click().run()
    assert next((metric.label, metric.value) for metric in checked(app).metric) == ("Verdict", "not a digit")
    assert digit(app) is None


def test_the_example_of_a_number_is_read_whole_and_each_digit_can_be_looked_into(app):
    prediction(app, "upload")
    app.button(key="example_number").click().run()
    assert texts(checked(app).code) == "".join(map(str, NUMBER))
    pills = next(group for group in app.pills if group.label == "Look into a digit")
    assert pills.options == [f"{place}: {one}" for place, one in enumerate(NUMBER, start=1)]
    for place, one in enumerate(NUMBER):
        next(group for group in app.pills if group.label == "Look into a digit").set_value(place).run()
        shown = [metric.value for metric in checked(app).metric if metric.label == "Digit"]
        assert shown[0] == str(one)
        # Its own eleven steps stand beside those of the whole photo.
        assert sum(heading.value == "The eleven steps" for heading in app.subheader) == 2


def test_random_misread_shows_an_image_that_the_network_misreads(app):
    try:
        load_test_images()
    except MnistUnavailable as error:
        pytest.skip(f"needs MNIST: {error}")
    misread = results.misread()
    assert misread
    prediction(app, "mnist")
    for _ in range(3):
        press(app, "Random misread")
        assert app.session_state.mnist_index in misread
        assert texts(app.error).startswith("**Wrong.** The label is ")


def test_every_network_is_asked_only_where_somebody_asks(app, monkeypatch):
    loaded = []
    monkeypatch.setattr("ui.results._classifier", lambda name, *_: loaded.append(name) or Classifier(name))
    uploaded(app, encoded(photo(3)))
    assert set(loaded) == {"mnist_cnn"}
    app.toggle(key="networks").set_value(True).run()
    rows = table(checked(app), "Network")
    assert set(loaded) == set(network_names())
    assert len(rows) == len(network_names()) == 5
    assert rows[0][:2] == ["**Ours: CNN of four blocks**", "**3**"]
    assert all(row[3].endswith("ms") for row in rows)


def test_what_is_no_digit_is_called_none_in_the_history_too(app):
    prediction(app, "upload")
    app.button(key="example_letter").click().run()
    app.toggle(key="show_history").set_value(True).run()
    assert table(checked(app), "Read")[0][1:] == ["Letter", "not a digit", "–"]


def test_what_was_read_is_not_read_again(app, monkeypatch):
    counted = []
    read = Classifier.predict_each
    monkeypatch.setattr(Classifier, "predict_each", lambda *given: counted.append(1) or read(*given))
    uploaded(app, encoded(photo(3)))
    assert counted
    before = len(counted)
    app.toggle(key="show_history").set_value(True).run()
    app.run()
    assert len(checked(app) and counted) == before
    app.toggle(key="tta").set_value(True).run()
    assert len(checked(app) and counted) > before


# --- Right or wrong --------------------------------------------------------------------------------------------


def test_an_answer_is_called_right_with_one_click_and_that_can_be_undone(app):
    uploaded(app, encoded(photo(3)), "three.png")
    assert counted(app) == (1, 0, 0)
    press(app, "✓ Right")
    assert counted(app) == (1, 1, 0)
    press(app, "Undo")
    assert counted(app) == (1, 0, 0)


def test_what_mnist_says_is_told_apart_from_what_the_person_says(app):
    try:
        _, labels = load_test_images()
    except MnistUnavailable as error:
        pytest.skip(f"needs MNIST: {error}")
    prediction(app, "mnist")
    assert counted(app) == (1, 0, 0)
    app.toggle(key="show_history").set_value(True).run()
    assert table(checked(app), "Read")[0][-1] == f"✓ {labels[0]} (MNIST's label)"


def test_where_nothing_was_found_nothing_is_right_or_wrong(app):
    uploaded(app, encoded(np.full((300, 400, 3), 235, np.uint8)))
    assert "Is this right?" not in texts(app.caption)
    assert "✓ Right" not in [button.label for button in app.button]


def test_why_leads_to_the_reasons_for_this_answer_whatever_was_looked_at_before(app):
    uploaded(app, encoded(photo(3)))
    app.switch_page("pages/2_Architecture.py").run()
    app.radio(key="looked_at").set_value("sample").run()
    room(app, "architecture", "lessons")
    app.switch_page("pages/1_Prediction.py").run()
    app.button(key="why").click().run()
    # AppTest does not follow to another page.
    app.switch_page("pages/2_Architecture.py").run()
    assert checked(app).radio(key="looked_at").value == "last"
    assert "**3** · the answer" in texts(app.markdown)


def test_an_answer_is_corrected_and_the_history_keeps_it(app):
    uploaded(app, encoded(photo(3)), "three_[a](b).png")
    app.pills(key="truth_0").set_value(8).run()
    assert "Noted: it is **8**" in texts(checked(app).markdown)
    app.file_uploader(key="file").set_value(("six.png", encoded(photo(6)), "image/png")).run()
    app.pills(key="truth_1").set_value("not_a_digit").run()
    assert counted(checked(app)) == (2, 0, 2)
    app.toggle(key="show_history").set_value(True).run()
    six, three = table(checked(app), "Read")
    assert six[0].startswith("![")
    assert six[2].startswith("**6** · ")
    assert (six[3], three[3]) == ("✗ not a digit", "✗ 8")
    assert r"\[a\]\(b\)" in three[1]  # a name is no Markdown
    assert {"History (CSV)", "Checked digits (ZIP): 1"} == {button.label for button in app.get("download_button")}
    press(app, "Forget all")
    assert "This session: 2" not in texts(app.markdown)


def test_a_drawing_is_one_entry_whose_correction_falls_with_the_next_stroke(app, drawn):
    prediction(app, "draw")
    drawn.strokes = strokes_of(1)
    press(app.run(), "✓ Right")
    drawn.strokes = strokes_of(7)
    app.run()
    assert digit(checked(app)) == "7"
    assert counted(app) == (1, 0, 0)
    drawn.strokes = ()
    app.run()
    drawn.strokes = strokes_of(4)
    app.run()
    assert counted(checked(app)) == (2, 0, 0)


# --- Many at once ----------------------------------------------------------------------------------------------

FILES = [
    ("3/three.jpg", encoded(photo(3), ".jpg"), "image/jpeg"),
    ("3/six.jpg", encoded(photo(6), ".jpg"), "image/jpeg"),
    ("3/notes|x.png", b"notes", "image/png"),
]


def test_many_files_are_a_table_with_accuracy_and_errors(app):
    prediction(app, "many")
    app.file_uploader(key="many_False").set_value(FILES).run()
    figures = {metric.label: metric.value for metric in checked(app).metric}
    assert figures == {"Photos": "3", "To look at": "1", "Not readable": "1", "Accuracy": "50.0 %"}
    assert "1 of 2 right" in texts(app.caption)
    three, six, notes = table(app, "Photo")
    assert three[0].count("data:image/") == 2
    assert (three[2], six[2], notes[2]) == ("✓ 3", "✗ 3", "3")
    assert notes[1] == "⚠ not readable"
    assert "**3\\/notes\\|x\\.png**: This file is not an image" in texts(app.markdown).replace("\u200b", "")
    assert len(app.get("vega_lite_chart")) == 1
    app.segmented_control(key="many_show").set_value("errors").run()
    assert len(table(checked(app), "Photo")) == 1
    assert [button.label for button in app.get("download_button")] == ["All answers (CSV)"]


def test_without_folders_there_is_no_column_of_labels(app):
    prediction(app, "many")
    app.file_uploader(key="many_False").set_value([("three.jpg", encoded(photo(3), ".jpg"), "image/jpeg")]).run()
    ((_, answer, name),) = table(checked(app), "Photo")
    assert answer.startswith("**3** · ")
    assert name == r"three\.jpg"


def test_many_answers_outlive_another_page_and_are_not_read_again(app, monkeypatch):
    prediction(app, "many")
    app.file_uploader(key="many_False").set_value(FILES).run()
    monkeypatch.setattr("ui.prediction.many_page.read_row", None)
    app.run()
    assert len(table(checked(app), "Photo")) == 3
    app.switch_page("pages/2_Architecture.py").run()
    app.switch_page("pages/1_Prediction.py").run()
    assert "Still here: the answers for 3 photos" in texts(checked(app).caption)
    press(app, "Remove")
    assert not app.metric


def test_an_interrupted_batch_goes_on_where_it_was(app, monkeypatch):
    asked = []

    def interrupted(name, *given):
        asked.append(name)
        if len(asked) == 2:
            raise RuntimeError("The person clicked elsewhere.")
        return read_row(name, *given)

    monkeypatch.setattr("ui.prediction.many_page.read_row", interrupted)
    prediction(app, "many")
    app.file_uploader(key="many_False").set_value(FILES).run()
    assert app.exception
    app.run()
    assert len(table(checked(app), "Photo")) == 3
    first, second, third = (name for name, *_ in FILES)
    assert asked == [first, second, second, third]


def test_too_much_at_once_is_one_sentence(app, monkeypatch):
    monkeypatch.setenv("DIGITLENS_BATCH_MB", "1")
    prediction(app, "many")
    app.file_uploader(key="many_False").set_value([("a.png", bytes(2**20 + 1), "image/png")]).run()
    assert texts(checked(app).error) == "Together these files are larger than 1 MB: give them in several parts."
