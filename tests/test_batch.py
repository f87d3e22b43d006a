"""Many files at once: the same answers in the same order, whole rows whatever ends it, and no more memory for more."""

import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from command.cli import main
from command.given import given_files
from inference import Classifier, Config, PhotoError, batch, read_digit
from inference.batch import CHUNK, in_order, read_digits
from inference.classifier import models_folder
from inference.samples import encoded, photo
from inference.schema import as_json, digit_record, name_in_a_table
from tests.drawn import drawing, two_digits

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)
COMMAND = Path(sys.executable).with_name("digitlens")
NEVER = Config(rembg="never")


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """More files than two chunks: drawings, photos, two digits, a blank one, bad ones."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(2 * CHUNK):
        picture = photo(number % 10, 240, 320, seed=number) if number % 4 == 0 else drawing(number % 10)
        (folder / f"{number:03}.png").write_bytes(encoded(picture))
    (folder / "two.png").write_bytes(encoded(two_digits(8, 7)))
    (folder / "blank.png").write_bytes(encoded(np.full((90, 90, 3), 255, np.uint8)))
    (folder / "017.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "notes.txt").write_text("no image")
    return folder


def files_of(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.iterdir() if path.suffix == ".png")


def without_time(fields: dict) -> dict:
    return {**fields, "elapsed_ms": 0}


# --- The same as one by one ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tta", [False, True])
def test_each_answer_is_that_of_read_digit(folder, classifier, tta):
    for path, found in zip(files_of(folder), read_digits(files_of(folder), classifier, NEVER, tta=tta), strict=True):
        if isinstance(found, PhotoError):
            with pytest.raises(PhotoError, match=re.escape(found.message)):
                read_digit(path, classifier, NEVER, tta=tta)
            continue
        alone = read_digit(path, classifier, NEVER, tta=tta)
        assert found.verdict == alone.verdict
        if alone.prediction is None:
            assert found.prediction is None
            continue
        np.testing.assert_allclose(found.prediction.probabilities, alone.prediction.probabilities, atol=1e-6)
        assert found.prediction.likeness == pytest.approx(alone.prediction.likeness, abs=1e-5)
        assert found.prediction.votes == () or len(found.prediction.votes) == len(alone.prediction.votes)
        assert found.quality.as_dict() == pytest.approx(alone.quality.as_dict(), abs=1e-5)
        assert found.preprocessed.trace == ()


def test_the_photos_that_rembg_is_tried_on_too(classifier, monkeypatch):
    monkeypatch.setattr("inference.candidates.SURE", 1.1)  # every photo is unclear
    pictures = [photo(digit) for digit in (2, 8)]
    together = [reading.prediction for reading in read_digits(pictures, classifier)]
    alone = [read_digit(picture, classifier).prediction for picture in pictures]
    assert [one.digit for one in together] == [2, 8]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)


def test_the_network_is_asked_once_a_chunk(folder, classifier, monkeypatch):
    calls = []
    real = classifier.probabilities
    monkeypatch.setattr(batch, "CHUNK_SECONDS", 1000)
    monkeypatch.setattr(classifier, "probabilities", lambda digits: calls.append(len(digits)) or real(digits))
    good = [path for path in files_of(folder) if not path.endswith("017.png")]
    assert len(list(read_digits(good[: 2 * CHUNK], classifier, NEVER))) == 2 * CHUNK
    assert len(calls) == 2
    assert sum(calls) == 2 * CHUNK - 1, "a blank photo has nothing to ask"


def test_slow_photos_do_not_wait_for_a_whole_chunk(classifier, monkeypatch):
    monkeypatch.setattr(batch, "CHUNK_SECONDS", 0)
    taken = []

    def pictures():
        for number in range(5 * CHUNK):
            taken.append(number)
            yield drawing(number % 10)

    readings = read_digits(pictures(), classifier, NEVER)
    assert next(readings).prediction.digit == 0
    assert len(taken) <= 2 * CHUNK + 1
    readings.close()


# --- The order, and how much is in hand ----------------------------------------------------------------------------


def test_results_come_in_the_order_of_the_items_and_only_a_few_are_in_hand(monkeypatch):
    monkeypatch.setenv("DIGITLENS_PREDICTIONS", "4")
    rng = np.random.default_rng(0)
    delays = rng.uniform(0, 0.005, 300)
    ahead, given, had = 0, 0, 0

    def items():
        nonlocal given, ahead
        for number in range(300):
            given += 1
            ahead = max(ahead, given - had)
            yield number

    for number in in_order(lambda number: time.sleep(delays[number]) or number, items()):
        assert number == had
        had += 1
    assert had == 300
    assert ahead <= 2 * CHUNK


def test_photos_that_wait_take_little_memory(classifier):
    data = encoded(photo(5, 480, 640), ".jpg")

    tracemalloc.start()
    try:
        digits = [reading.prediction.digit for reading in read_digits([data] * 4 * CHUNK, classifier, NEVER)]
        peak = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert digits == [5] * 4 * CHUNK
    assert peak < 2.5 * 2 * CHUNK, "a photo in hand, and what its other candidates need, but not its trace"


def test_an_unforeseen_error_is_raised_where_its_result_would_have_come():
    results = in_order(lambda number: 1 // (3 - number), range(10))
    assert [next(results) for _ in range(3)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_once_stopped_what_has_been_begun_is_answered_and_no_more(monkeypatch):
    monkeypatch.setenv("DIGITLENS_PREDICTIONS", "2")
    begun, stop = [], threading.Event()

    def work(number):
        begun.append(number)
        time.sleep(0.01)
        if number == 5:
            stop.set()
        return number

    results = list(in_order(work, range(1000), stop.is_set))
    assert results == sorted(begun)
    assert 6 <= len(results) < 100


# --- Which files ---------------------------------------------------------------------------------------------------


def names(*given) -> list[str]:
    return [file.path.name for file in given_files(map(str, given))]


def test_folders_are_read_in_the_order_of_names_and_patterns_that_no_shell_expanded(tmp_path):
    for name in ("b/2.png", "b/10.png", "a.png", "c.jpg", "[x].png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "round").symlink_to(tmp_path)
    assert names(tmp_path) == ["[x].png", "a.png", "10.png", "2.png", "c.jpg"]
    assert names(tmp_path / "*.png") == ["[x].png", "a.png"]
    assert names(tmp_path / "b" / "?.png") == ["2.png"]
    assert names(tmp_path / "[x].png") == ["[x].png"], "a file of that name, not a pattern"
    assert names(tmp_path / "*.gif") == ["*.gif"], "answered as a file that is not there"
    assert names(tmp_path / "c.jpg", tmp_path / "b") == ["c.jpg", "10.png", "2.png"]


def test_a_folder_that_cannot_be_opened_is_said(tmp_path, monkeypatch, capsys):
    real = os.scandir

    def scandir(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    (tmp_path / "locked").mkdir()
    (tmp_path / "seven.png").write_bytes(encoded(drawing(7)))
    assert main(["predict", "--json", "--rembg", "never", str(tmp_path)]) == 1
    locked, seven = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (locked["status"], locked["error"]["code"]) == ("error", "not_found")
    assert "Permission denied" in locked["error"]["message"]
    assert seven["digit"] == 7


# --- How they are written ------------------------------------------------------------------------------------------


def test_csv_has_a_column_for_each_value(folder, classifier, capsys):
    paths = [folder / "002.png", folder / "017.png", folder / "blank.png"]
    assert main(["predict", "--csv", "--rembg", "never", *map(str, paths)]) == 1
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["status"] for row in rows] == ["digit", "error", "blank"]
    assert [row["error_code"] for row in rows] == ["", "damaged", ""]
    wanted = as_json(digit_record(str(paths[0]), read_digit(paths[0], classifier, NEVER)))
    assert float(rows[0]["probability_2"]) == pytest.approx(wanted["probabilities"][2], abs=1e-6)
    assert float(rows[0]["quality_score"]) == pytest.approx(wanted["quality"]["score"], abs=1e-4)
    assert len({len(row) for row in rows}) == 1


def test_csv_of_read_keeps_a_row_on_a_line(tmp_path, capsys):
    pair = np.hstack([drawing(7), drawing(2)])
    path = tmp_path / "a\nb, c.png"
    path.write_bytes(encoded(np.vstack([pair, pair])))
    assert main(["read", "--csv", str(path)]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head == "file,text,digits,confidence,error_code,error_message"
    file, text, digits, *_ = next(csv.reader([row]))
    assert (file, text, digits) == (name_in_a_table(str(path)), "72 | 72", "4")


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_file_of_answers_is_gone_on_with(folder, tmp_path, ending, capsys):
    out, whole = tmp_path / f"out.{ending}", tmp_path / f"whole.{ending}"
    options = ["predict", "--rembg", "never", str(folder)]
    assert main([*options, "--out", str(whole)]) == 1
    assert main([*options, "--out", str(out)]) == 1
    text = out.read_bytes()
    assert main([*options, "--out", str(out)]) == 2, "it is not overwritten"
    assert "--resume" in capsys.readouterr().err
    assert out.read_bytes() == text
    out.write_bytes(text[: 2 * len(text) // 3])  # in the middle of a row
    assert main([*options, "--out", str(out), "--resume"]) in (0, 1)
    assert answers_in(out) == answers_in(whole)
    assert main([*options, "--out", str(out), "--resume"]) == 0, "nothing is left to read"
    assert answers_in(out) == answers_in(whole)


def answers_in(path: Path) -> list[dict]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file)) if path.suffix == ".csv" else [json.loads(line) for line in file]
    return [without_time(row) for row in rows]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "answers.txt"], "--json or --csv"),
        (["--json", "--out", "answers.csv"], "named as CSV, but --json"),
        (["--csv", "--out", "answers.jsonl"], "named as JSON, but --csv"),
        (["--out", "/proc/nowhere/answers.csv"], "cannot be written"),
        (["--resume"], "--out FILE"),
        (["--out", "notes.csv", "--resume"], "other things than answers"),
        (["--out", "notes.json", "--resume"], "other things than answers"),
    ],
)
def test_where_answers_cannot_go_is_one_sentence(folder, tmp_path, monkeypatch, capsys, options, said):
    monkeypatch.chdir(tmp_path)
    for name in ("notes.csv", "notes.json"):
        Path(name).write_text("milk\nbread\n")
    assert main(["predict", str(folder / "002.png"), *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err
    assert Path("notes.csv").read_text() == "milk\nbread\n"


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_strange_file_of_one_line_is_left_as_it_is(folder, tmp_path, kind):
    out = tmp_path / f"notes.{kind}"
    out.write_text("milk")
    assert main(["predict", str(folder / "002.png"), "--out", str(out), "--resume"]) == 2
    assert out.read_text() == "milk"
    # The beginning of our own first line is what a full disk leaves.
    out.write_text("file,sta" if kind == "csv" else '{"fi')
    assert main(["predict", str(folder / "002.png"), "--out", str(out), "--resume"]) == 0
    assert len(answers_in(out)) == 1


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize(("first", "then"), [("read", "predict"), ("predict", "read")])
def test_the_answers_of_another_command_are_not_gone_on_with(folder, tmp_path, capsys, kind, first, then):
    out = tmp_path / f"answers.{kind}"
    main([first, str(folder / "002.png"), "--out", str(out)])
    before = out.read_bytes()
    assert main([then, str(folder / "003.png"), "--out", str(out), "--resume"]) == 2
    assert "another command" in capsys.readouterr().err
    assert out.read_bytes() == before


@pytest.mark.parametrize("kind", ["csv", "json"])
@pytest.mark.parametrize(
    ("then", "said"),
    [
        (["--tta"], "tta: false, and now true"),
        (["--model", "mlp"], 'model: "mnist_cnn", and now "mlp"'),
        (["--rembg", "auto"], 'rembg: "never", and now "auto"'),
        (["--rotation", "5"], "rotation: 0.0, and now 5.0"),
        (["--box", "0,0,90,90"], "box: null, and now [0, 0, 90, 90]"),
    ],
)
def test_the_answers_of_other_settings_are_not_gone_on_with(folder, tmp_path, capsys, kind, then, said):
    out = tmp_path / f"answers.{kind}"
    assert main(["predict", "--rembg", "never", str(folder / "002.png"), "--out", str(out)]) == 0
    before = out.read_bytes(), settings_file(out).read_bytes()
    other = ["predict", "--rembg", "never", *then, str(folder / "003.png"), "--out", str(out), "--resume"]
    assert main(other) == 2
    sentence = capsys.readouterr().err
    assert sentence.count("\n") == 1
    assert said in sentence
    assert (out.read_bytes(), settings_file(out).read_bytes()) == before


def settings_file(out: Path) -> Path:
    return out.with_name(f"{out.name}.settings")


@pytest.mark.parametrize("content", [None, "", "{", "[1]", "milk"])
def test_answers_of_which_nobody_knows_how_they_were_made_are_not_gone_on_with(folder, tmp_path, capsys, content):
    out = tmp_path / "answers.csv"
    options = ["predict", "--rembg", "never", "--out", str(out), "--resume"]
    assert main([*options, str(folder / "002.png")]) == 0
    settings_file(out).unlink()
    if content is not None:
        settings_file(out).write_text(content)
    before = out.read_bytes()
    assert main([*options, str(folder / "003.png")]) == 2
    sentence = capsys.readouterr().err
    assert sentence.count("\n") == 1
    assert "answers.csv.settings" in sentence
    assert out.read_bytes() == before


def test_the_settings_of_answers_that_were_deleted_are_written_anew_but_nothing_else(folder, tmp_path, capsys):
    out = tmp_path / "answers.csv"
    options = ["predict", str(folder / "002.png"), "--out", str(out), "--rembg"]
    assert main([*options, "never"]) == 0
    out.unlink()
    assert main([*options, "auto"]) == 0
    assert json.loads(settings_file(out).read_text())["rembg"] == "auto"
    out.unlink()
    settings_file(out).write_text("milk")
    assert main([*options, "auto"]) == 2
    assert "other things" in capsys.readouterr().err
    assert settings_file(out).read_text() == "milk"
    assert not out.exists()


def test_a_device_gets_no_settings_and_what_cannot_be_written_is_named(folder, tmp_path, capsys):
    options = ["predict", "--rembg", "never", str(folder / "002.png"), "--out"]
    (tmp_path / "null.json").symlink_to(os.devnull)
    assert main([*options, str(tmp_path / "null.json"), "--resume"]) == 0
    assert not settings_file(tmp_path / "null.json").exists()
    settings_file(tmp_path / "a.csv").mkdir()
    assert main([*options, str(tmp_path / "a.csv")]) == 2
    assert "a.csv.settings cannot be written" in capsys.readouterr().err


def test_json_and_csv_exclude_each_other(folder, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["predict", "--json", "--csv", str(folder)])
    assert "not allowed with" in capsys.readouterr().err


# --- Stopped -------------------------------------------------------------------------------------------------------


def endless(tmp_path: Path) -> Path:
    """A folder that takes longer than a test waits: one photo under two thousand names."""
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "0000.jpg").write_bytes(encoded(photo(5, 480, 640), ".jpg"))
    for number in range(1, 2000):
        os.link(folder / "0000.jpg", folder / f"{number:04}.jpg")
    return folder


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_signal_leaves_whole_rows_and_the_rest_can_be_read_later(tmp_path, number, status, ending):
    folder, out = endless(tmp_path), tmp_path / f"out.{ending}"
    command = [COMMAND, "predict", "--rembg", "never", folder, "--out", out]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not out.exists() or out.stat().st_size < 4000:
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == status
    assert said.count("\n") == 1
    assert "stands" in said
    rows = answers_in(out)
    assert out.read_bytes().endswith(b"\n")
    assert 0 < len(rows) < 2000
    assert [Path(row["file"]).name for row in rows] == [f"{n:04}.jpg" for n in range(len(rows))]
    assert {str(row["digit"]) for row in rows} == {"5"}
    for path in folder.iterdir():  # the test need not wait for all
        if int(path.stem) > len(rows) + 20:
            path.unlink()
    assert subprocess.run([*command, "--resume"]).returncode == 0
    files = [row["file"] for row in answers_in(out)]
    assert len(files) == len(set(files)) == len(rows) + 21


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("moment", ["numpy", "onnxruntime", "inference.reading"])
def test_a_signal_while_the_library_is_loaded_is_one_sentence(folder, number, status, moment):
    command = [sys.executable, "-X", "importtime", "-m", "command", "predict", folder]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    imported = ""
    while not re.search(rf"\| +{moment}\b", imported):
        imported = process.stderr.readline()
        assert imported, "it ended before"
    process.send_signal(number)
    answered, said = process.communicate(timeout=30)
    assert process.returncode == status
    assert answered == ""
    assert [line for line in said.splitlines() if not line.startswith("import time:")] == ["digitlens: stopped."]


@pytest.mark.parametrize("command", ["read", "benchmark"])
def test_a_signal_to_the_other_commands_is_one_sentence(tmp_path, command):
    folder = endless(tmp_path)
    rows = [f"{path.name},5,photos,tune,a" for path in folder.iterdir()]
    (folder / "manifest.csv").write_text("\n".join(["file,label,category,part,writer", *rows]) + "\n")
    process = subprocess.Popen([COMMAND, command, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 143
    assert said.count("\n") == 1
    assert "stopped" in said


# --- The bar -------------------------------------------------------------------------------------------------------


def test_the_bar_is_for_a_terminal_only(folder, tmp_path):
    command = [COMMAND, "predict", "--json", "--rembg", "never", folder]

    def shown_on_a_terminal() -> str:
        terminal, end = pty.openpty()
        termios.tcsetwinsize(end, (24, 80))
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=end)
        os.close(end)
        shown = b""
        try:
            while more := os.read(terminal, 65536):
                shown += more
        except OSError:  # the other end is closed
            pass
        os.close(terminal)
        return shown.decode()

    assert f"{len(files_of(folder)) + 1}/" in shown_on_a_terminal()
    assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr == b""
