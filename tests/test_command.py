"""The command, as a person or a program calls it."""

import csv
import json
import os
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command.cli import main
from inference.classifier import models_folder
from inference.photo_benchmark import (
    Answer,
    Entry,
    ManifestError,
    edit_distance,
    interval_by_writer,
    read_manifest,
    summary,
)
from inference.samples import encoded
from inference.schema import name_in_a_table
from tests.drawn import drawing, two_digits

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / "seven.png").write_bytes(encoded(drawing(7)))
    (tmp_path / "inner" / "two.jpg").write_bytes(encoded(drawing(2), ".jpg"))
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "empty").write_bytes(b"")
    return tmp_path


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_folder_is_read_and_what_is_no_image_passed_over(folder, capsys):
    assert main(["predict", "--json", "--rembg", "never", str(folder)]) == 0
    answers = lines(capsys)
    assert [Path(answer["file"]).name for answer in answers] == ["two.jpg", "seven.png"]
    assert [answer["digit"] for answer in answers] == [2, 7]
    assert all(answer["status"] == "digit" and answer["error"] is None for answer in answers)


def test_the_digit_in_a_box_is_read_and_turned_upright(tmp_path, capsys):
    sheet = tmp_path / "sheet.png"
    sheet.write_bytes(encoded(two_digits(8, 7, rotation=90)))
    options = ["--json", "--rembg", "never", "--box", "30,930,240,240", "--rotation", "90"]
    assert main(["predict", *options, str(sheet)]) == 0
    assert lines(capsys)[0]["digit"] == 7


@pytest.mark.parametrize(("box", "said"), [("1,2,3", "four whole numbers"), ("a,b,c,d", "four whole numbers")])
def test_a_box_that_is_none_is_one_sentence(folder, capsys, box, said):
    with pytest.raises(SystemExit, match="2"):
        main(["predict", "--box", box, str(folder / "seven.png")])
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        ["predict", "--rotation=nan"],
        ["predict", "--rotation=inf"],
        ["predict", "--rotation=1e30"],
        ["predict", "--box=1,2,0,4"],
        ["predict", "--box=-5,0,10,10"],
        ["serve", "--port=99999"],
    ],
)
def test_an_impossible_option_is_refused_before_any_work(folder, capsys, options):
    with pytest.raises(SystemExit, match="2"):
        main([*options, *([str(folder / "seven.png")] if options[0] == "predict" else [])])
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert options[1].split("=")[0] in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["predict", "--box", "-5,0,10,10", "a.png"], "'-5,0,10,10'"),
        (["predict", "--box"], "expected one argument"),
        (["predict", "--rotation", "-400", "a.png"], "'-400'"),
        (["predict"], "PATH"),
        (["predict", ""], "An empty name"),
        (["read", "a.png", ""], "An empty name"),
        (["benchmark", ""], "An empty name"),
        (["predict", "--out", "", "a.png"], "An empty name"),
        (["predict", "--rembg", "perhaps", "a.png"], "perhaps"),
        (["predict", "--modle", "mlp", "a.png"], "--modle"),
        (["guess", "a.png"], "guess"),
        ([], "COMMAND"),
    ],
)
def test_what_the_command_does_not_take_is_one_sentence(capsys, options, said):
    with pytest.raises(SystemExit, match="2"):
        main(options)
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert said in captured.err
    assert "--help" in captured.err


def test_a_turn_the_other_way_is_no_option(folder, capsys):
    assert main(["predict", "--rembg", "never", "--rotation", "-5", str(folder / "seven.png")]) == 0
    assert ": 7 (" in capsys.readouterr().out


def test_a_busy_port_is_one_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        assert main(["serve", "--host", "127.0.0.1", "--port", str(busy.getsockname()[1])]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "cannot be served" in said


def run_in_a_shell(line: str) -> subprocess.CompletedProcess:
    command = f"{sys.executable} -c 'import sys; from command.cli import main; sys.exit(main())'"
    script = f'digitlens() {{ {command} "$@"; }}; {line}'
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)


def test_a_pipe_is_not_waited_for(folder):
    os.mkfifo(folder / "pipe.png")
    ended = run_in_a_shell(f"digitlens predict {folder}/pipe.png")
    assert ended.returncode == 1
    assert "a pipe or a device" in ended.stdout
    assert "pipe.png" not in run_in_a_shell(f"digitlens predict --rembg never {folder}").stdout


def test_a_closed_output_is_one_sentence(folder):
    ended = run_in_a_shell(f"digitlens predict {folder}/seven.png >&-")
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1


def test_a_reader_that_has_gone_ends_it_silently(folder):
    ended = run_in_a_shell(f"digitlens predict --rembg never {folder}/seven.png | true; exit ${{PIPESTATUS[0]}}")
    assert (ended.returncode, ended.stderr) == (141, "")


def test_a_box_outside_the_photo_is_an_error_of_that_photo(folder, capsys):
    assert main(["predict", "--json", "--box", "900,900,50,50", str(folder / "seven.png")]) == 1
    assert lines(capsys)[0]["error"]["code"] == "bad_box"


def test_a_bad_file_is_an_error_and_the_others_are_still_answered(folder, capsys):
    paths = [folder / "notes.txt", folder / "gone.png", folder / "empty", folder / "seven.png"]
    assert main(["predict", "--json", "--rembg", "never", *map(str, paths)]) == 1
    answers = lines(capsys)
    assert [answer["status"] for answer in answers] == ["error", "error", "error", "digit"]
    assert [answer["error"]["code"] for answer in answers[:3]] == ["not_an_image", "not_found", "empty"]
    assert answers[3]["digit"] == 7


def test_in_a_folder_a_broken_file_that_is_named_as_an_image_is_not_passed_over(folder, capsys):
    (folder / "broken.png").write_bytes(b"")
    (folder / "text.jpg").write_text("no image")
    assert main(["predict", "--json", "--rembg", "never", str(folder)]) == 1
    errors = {Path(answer["file"]).name: answer["error"]["code"] for answer in lines(capsys) if answer["error"]}
    assert errors == {"broken.png": "empty", "text.jpg": "not_an_image"}


def test_in_a_folder_an_image_of_another_format_is_named_on_every_system(folder, capsys, monkeypatch):
    monkeypatch.setattr("mimetypes.guess_type", lambda *_: (None, None))
    Image.new("L", (20, 20)).save(folder / "seven.ppm")
    for name in ("x.ICO", "broken.webp", "broken.heic", "page.pdf", "photos.zip"):
        (folder / name).write_bytes(b"no image")
    assert main(["predict", "--json", "--rembg", "never", str(folder)]) == 1
    errors = {Path(answer["file"]).name: answer["error"] for answer in lines(capsys) if answer["error"]}
    assert list(errors) == ["broken.heic", "broken.webp", "seven.ppm", "x.ICO"]
    assert {error["code"] for error in errors.values()} == {"not_an_image"}
    assert all("use JPEG, PNG" in error["message"] for error in errors.values())


def test_the_version_is_that_of_the_installed_package(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"digitlens {version('digitlens')}\n"


ODD_NAMES = {
    "=1+1.png": "./=1+1.png",
    "+1.png": "./+1.png",
    "-1.png": "./-1.png",
    "@SUM(1).png": "./@SUM(1).png",
    "＝1.png": "./＝1.png",
    "\t=1.png": "\\t=1.png",
    "\x1b[31ma.png": "\\x1b[31ma.png",
    "a\nb.png": "a\\nb.png",
    "a\u2028b.png": "a\\u2028b.png",
    "bad\udcff.png": "bad\\udcff.png",
    "2026\u202fPM, é.png": "2026\u202fPM, é.png",
}


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_no_formula_in_a_table_and_no_order_to_a_terminal(folder, monkeypatch, capsys, name):
    monkeypatch.chdir(folder)
    Path(name).write_bytes(encoded(drawing(7)))
    command = ["predict", "--rembg", "never", "--", name]
    assert main(["predict", "--csv", *command[1:]]) == 0
    _, row = capsys.readouterr().out.splitlines()
    assert next(csv.reader([row]))[0] == ODD_NAMES[name]
    assert name_in_a_table(ODD_NAMES[name]) == ODD_NAMES[name], "--resume finds what is written"
    assert main(command) == 0
    assert capsys.readouterr().out.startswith(f"{ODD_NAMES[name].removeprefix('./')}: 7 (")
    assert main(["predict", "--out", "out.csv", *command[1:]]) == 0
    assert main(["predict", "--out", "out.csv", "--resume", *command[1:]]) == 0
    assert len(Path("out.csv").read_text().splitlines()) == 2
    assert main(["predict", "--json", *command[1:]]) == 0
    assert lines(capsys)[0]["file"] == name


@pytest.mark.parametrize("command", ["predict", "read"])
@pytest.mark.parametrize("inside", [(), ("notes.txt",)])
def test_a_folder_without_a_photo_is_a_sentence_and_status_1(tmp_path, capsys, command, inside):
    for name in inside:
        (tmp_path / name).write_text("no image")
    assert main([command, str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert f"no photo in {tmp_path}" in said.err


def test_a_file_name_that_is_no_text_still_gives_json(folder):
    name = os.fsencode(folder) + b"/bad\xff.png"
    Path(os.fsdecode(name)).write_bytes((folder / "seven.png").read_bytes())
    command = Path(sys.executable).with_name("digitlens")
    result = subprocess.run([command, "predict", "--json", "--rembg", "never", name], capture_output=True)
    assert json.loads(result.stdout.decode("ascii"))["digit"] == 7


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is absent: a system without it")
def test_a_full_disk_is_one_sentence(folder):
    command = Path(sys.executable).with_name("digitlens")
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [command, "predict", folder / "seven.png"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert result.returncode == 2
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_benchmark_says_at_once_that_its_file_cannot_be_written(folder, capsys):
    write_manifest(folder, [("seven.png", 7, "paint_drawing", "tune", "a")])
    assert main(["benchmark", str(folder), "--json", str(folder / "nowhere" / "x.json")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


def test_blank_is_an_answer(folder, capsys):
    (folder / "blank.png").write_bytes(encoded(np.full((90, 90, 3), 255, np.uint8)))
    assert main(["predict", "--json", "--rembg", "never", str(folder / "blank.png")]) == 0
    (answer,) = lines(capsys)
    assert (answer["status"], answer["digit"], answer["confidence"]) == ("blank", None, 0.0)


def test_for_people(folder, capsys):
    assert main(["predict", "--tta", "--rembg", "never", str(folder / "seven.png"), str(folder / "notes.txt")]) == 1
    seven, notes = capsys.readouterr().out.splitlines()
    assert seven.startswith(f"{folder}/seven.png: 7 (")
    assert "not an image" in notes


def test_an_unknown_network_is_one_line_and_status_2(folder, capsys):
    assert main(["predict", "--model", "nothing", str(folder)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "nothing" in captured.err


def test_the_installed_command_prints_json_only(folder):
    command = Path(sys.executable).with_name("digitlens")
    result = subprocess.run(
        [command, "predict", "--json", "--rembg", "never", folder / "seven.png"], capture_output=True, text=True
    )
    assert result.returncode == 0
    assert json.loads(result.stdout)["digit"] == 7
    assert "Traceback" not in result.stderr


def write_manifest(folder: Path, rows: list[tuple]) -> None:
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "category", "part", "writer"])
        writer.writerows(rows)


def test_benchmark_counts_by_category(folder, capsys):
    rows = [
        ("seven.png", 7, "paint_drawing", "tune", "a"),
        ("inner/two.jpg", 3, "paper_photo", "report", "b"),
        ("notes.txt", "?", "multi", "report", "b"),
    ]
    write_manifest(folder, rows)
    out = folder / "figures.json"
    assert main(["benchmark", str(folder), "--rembg", "never", "--json", str(out)]) == 0
    figures = json.loads(out.read_text())
    assert figures["categories"]["all"]["right"] == 1
    assert figures["categories"]["all"]["total"] == 2
    assert figures["categories"]["paint_drawing"]["accuracy"] == 1
    assert figures["categories"]["photos"]["accuracy"] == 0
    assert [answer["digit"] for answer in figures["answers"]] == [7, 2]
    printed = capsys.readouterr().out
    assert "1/2" in printed
    assert "wrong: inner/two.jpg is 3, answered 2" in printed
    assert main(["benchmark", str(folder), "--rembg", "never", "--part", "tune"]) == 0
    assert "1/1" in capsys.readouterr().out


def test_benchmark_without_a_manifest_or_with_a_poor_one(folder, capsys):
    assert main(["benchmark", str(folder)]) == 2
    assert "manifest.csv" in capsys.readouterr().err
    (folder / "manifest.csv").write_text("file,label\nseven.png,7\n")
    with pytest.raises(ManifestError, match="category, part, writer"):
        read_manifest(folder)


def answer(writer: str, right: bool) -> Answer:
    return Answer(Entry("x.png", 1, "paint_drawing", "tune", writer), "digit", 1 if right else 2, 0.9)


def test_the_interval_is_wider_when_one_writer_fails_than_when_failures_are_spread():
    one_writer = [answer(f"w{w}", right=w != 0) for w in range(5) for _ in range(5)]
    spread = [answer(f"w{w}", right=i != 0) for w in range(5) for i in range(5)]
    assert summary(one_writer)["all"]["accuracy"] == summary(spread)["all"]["accuracy"] == 0.8
    low, high = interval_by_writer(one_writer)
    assert low <= 0.6
    assert high == 1.0
    assert interval_by_writer(spread) == pytest.approx([0.8, 0.8])


def test_read_prints_every_digit_with_its_box(folder, capsys):
    paths = [folder / "seven.png", folder / "notes.txt", folder / "blank.png"]
    paths[2].write_bytes(encoded(np.full((90, 90, 3), 255, np.uint8)))
    assert main(["read", "--json", *map(str, paths)]) == 1
    seven, notes, blank = lines(capsys)
    assert set(seven) == {"file", "text", "digits", "error"}
    assert seven["text"] == "7"
    (found,) = seven["digits"]
    assert found["digit"] == 7
    row, column, height, width = found["box"]
    assert 0 < row < row + height < 280
    assert 0 < column < column + width < 280
    assert notes["error"]["code"] == "not_an_image"
    assert (notes["text"], notes["digits"]) == ("", [])
    assert (blank["text"], blank["digits"], blank["error"]) == ("", [], None)


def test_boxes_are_those_of_the_photo_as_it_is_displayed(folder, capsys):
    page = np.full((400, 900, 3), 255, np.uint8)
    page[60:340, 40:320], page[60:340, 560:840] = drawing(7), drawing(2)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be displayed, turned by 90 degrees clockwise
    Image.fromarray(np.rot90(page)).save(folder / "turned.png", exif=exif)
    assert main(["read", "--json", str(folder / "turned.png")]) == 0
    (answer,) = lines(capsys)
    assert answer["text"] == "7 2"
    for found, left in zip(answer["digits"], (40, 560), strict=True):
        row, column, height, width = found["box"]
        assert 60 < row < row + height < 340
        assert left < column < column + width < left + 280


def test_read_for_people_keeps_rows_apart(folder, capsys):
    pair = np.hstack([drawing(7), drawing(2)])
    (folder / "seven.png").write_bytes(encoded(np.vstack([pair, pair])))
    assert main(["read", str(folder / "seven.png")]) == 0
    assert ": 72 | 72 (least sure digit " in capsys.readouterr().out


def test_benchmark_measures_numbers_too(folder, capsys):
    (folder / "pair.png").write_bytes(encoded(np.hstack([drawing(7), drawing(2)])))
    rows = [
        ("seven.png", 7, "paint_drawing", "tune", "a"),
        ("pair.png", "724", "multi", "tune", "a"),
        ("pair.png", "72", "multi", "report", "b"),
        ("gone.png", "12", "multi", "report", "c"),
    ]
    write_manifest(folder, rows)
    out = folder / "figures.json"
    assert main(["benchmark", str(folder), "--rembg", "never", "--json", str(out)]) == 1, "one cannot be read"
    figures = json.loads(out.read_text())
    assert figures["categories"]["all"]["total"] == 1, "numbers do not disturb the single digits"
    parts = figures["numbers"]["parts"]
    assert {name: (row["digits"], row["edits"]) for name, row in parts.items()} == {
        "all": (7, 3),
        "tune": (3, 1),
        "report": (4, 2),
    }
    assert (parts["report"]["accuracy"], parts["report"]["whole_right"], parts["report"]["photos"]) == (0.5, 1, 2)
    assert [answer["edits"] for answer in figures["numbers"]["answers"]] == [1, 0, 2]
    printed = capsys.readouterr().out
    assert "numbers, tune: 2/3 digits right by edit distance" in printed
    assert "1/2 whole strings right" in printed
    assert "wrong: pair.png is 724" in printed
    assert "wrong: gone.png is 12, answered not_found" in printed


def test_benchmark_of_numbers_alone(folder, capsys):
    (folder / "pair.png").write_bytes(encoded(np.hstack([drawing(7), drawing(2)])))
    write_manifest(folder, [("pair.png", "72", "multi", "tune", "a")])
    assert main(["benchmark", str(folder)]) == 0
    assert "numbers, all: 2/2 digits right" in capsys.readouterr().out
    assert main(["benchmark", str(folder), "--part", "report"]) == 2
    assert "lists no photo of digits in the part report" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("read", "label", "edits"),
    [("123", "123", 0), ("13", "123", 1), ("1223", "123", 1), ("", "12", 2), ("21", "12", 2)],
)
def test_edit_distance(read, label, edits):
    assert edit_distance(read, label) == edits
