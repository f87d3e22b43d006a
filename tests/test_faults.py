"""What may be missing or broken on a machine: one sentence, no traceback, and what can go on goes on.

The same for the API is in test_server.py, for the pages in test_pages.py.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pooch.downloaders
import pytest

from command.cli import main
from inference import cutout
from inference.classifier import models_folder
from inference.limits import LimitError, frame_ancestors
from inference.samples import encoded, photo
from tests.drawn import drawing
from training.serving import APPLICATION, ROOT, Client, wait_until_healthy

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)
COMMAND = Path(sys.executable).with_name("digitlens")


@pytest.fixture
def seven(tmp_path) -> str:
    path = tmp_path / "seven.png"
    path.write_bytes(encoded(drawing(7)))
    return str(path)


def only_sentence(capsys) -> str:
    """Return the one line that was said on stderr; nothing stands on stdout."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("digitlens: ")
    assert captured.err.count("\n") == 1
    return captured.err


# --- The network ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".onnx", ".json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut short", "of another network", "no text"])
@pytest.mark.parametrize("command", ["predict", "read", "benchmark"])
def test_a_damaged_network_is_one_sentence_and_another_one_still_reads(
    other_models, seven, capsys, command, damage, ending
):
    path = other_models / f"mnist_cnn{ending}"
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "of another network":
        shutil.copy(other_models / f"mlp{ending}", path)
    else:
        path.write_bytes({"empty": b"", "cut short": whole[: len(whole) // 2], "no text": b"\xff\xfe\x00"}[damage])
    assert main([command, seven]) == 2
    assert "mnist_cnn" in only_sentence(capsys)
    if command == "predict":
        assert main(["predict", "--json", "--rembg", "never", "--model", "mlp", seven]) == 0
        assert json.loads(capsys.readouterr().out)["status"] != "error"


def test_a_folder_without_networks_is_one_sentence(tmp_path, monkeypatch, seven, capsys):
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path / "nowhere"))
    assert main(["predict", seven]) == 2
    assert "DIGITLENS_MODELS" in only_sentence(capsys)


@pytest.mark.parametrize("command", ["predict", "read"])
def test_without_the_judge_digits_are_read_and_one_sentence_says_so(other_models, seven, capsys, command):
    assert main([command, "--json", seven]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["error"] is None
    (sentence,) = said.err.splitlines()
    assert "likeness.onnx" in sentence


# --- rembg ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def weights(tmp_path, monkeypatch) -> Path:
    """Where rembg looks for its weights: an empty folder."""
    folder = tmp_path / "weights"
    folder.mkdir()
    monkeypatch.setenv("U2NET_HOME", str(folder))
    monkeypatch.setenv("HOME", str(folder))
    cutout._session.cache_clear()
    yield folder
    cutout._session.cache_clear()


@pytest.mark.parametrize("content", [None, b"", b"no network" * 1000])
def test_without_rembgs_weights_or_with_broken_ones_photos_are_read(weights, seven, capsys, content):
    if content is not None:
        (weights / "u2netp.onnx").write_bytes(content)
    assert main(["predict", "--json", "--rembg", "always", seven]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["digit"] == 7
    assert captured.err.count("\n") == 1
    assert ("without rembg" if content is None else "are damaged") in captured.err


def test_a_network_that_stays_silent_is_given_up(weights, monkeypatch):
    """What the page's download meets behind a wall that swallows everything; the real patience is half a minute."""
    monkeypatch.setattr(pooch.downloaders, "DEFAULT_TIMEOUT", 1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        started = time.perf_counter()
        with pytest.raises(cutout.CutoutUnavailable, match="could not be downloaded") as caught:
            cutout.download_weights()
        assert time.perf_counter() - started < 20
    assert str(caught.value).endswith("try again.")
    assert list(weights.rglob("*.onnx")) == []


def test_while_a_download_hangs_photos_are_read(weights, monkeypatch):
    go_on = threading.Event()
    session = cutout._session_class("u2netp")
    monkeypatch.setattr(session, "download_models", lambda *_: go_on.wait(30))
    download = threading.Thread(target=cutout.download_weights)
    download.start()
    try:
        started = time.perf_counter()
        with pytest.raises(cutout.CutoutUnavailable, match="not on this machine"):
            cutout.object_mask(photo(8))
        assert time.perf_counter() - started < 5
    finally:
        go_on.set()
        download.join()


# --- The disk ------------------------------------------------------------------------------------------------------


def limited(bytes_: int):
    import resource

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of a process as on Linux: a system without it")
def test_the_command_reads_where_nothing_can_be_written(seven):
    homeless = dict.fromkeys(("HOME", "TMPDIR", "XDG_CACHE_HOME"), "/proc/nowhere")
    command = [COMMAND, "predict", "--json", seven]
    done = subprocess.run(command, env={**os.environ, **homeless}, preexec_fn=limited(0), capture_output=True)
    assert done.returncode == 0
    assert json.loads(done.stdout)["digit"] == 7
    assert done.stderr == b""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of a process as on Linux: a system without it")
def test_a_disk_that_is_full_half_way_is_one_sentence_and_the_rest_can_be_read_later(tmp_path):
    folder, out = tmp_path / "photos", tmp_path / "out.json"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.png").write_bytes(encoded(drawing(number % 10)))
    command = [COMMAND, "predict", "--rembg", "never", folder, "--out", out]
    done = subprocess.run(command, preexec_fn=limited(3000), capture_output=True, text=True)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert done.stderr.count("\n") == 1
    assert subprocess.run([*command, "--resume"]).returncode == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(Path(row["file"]).name, row["digit"]) for row in rows] == [(f"{n:02}.png", n % 10) for n in range(12)]


# --- The environment -----------------------------------------------------------------------------------------------

WRONG = [("DIGITLENS_MEGAPIXELS", "many"), ("DIGITLENS_PREDICTIONS", "0"), ("DIGITLENS_UPLOAD_MB", "1.5")]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_limit_ends_the_command_with_one_sentence(seven, name, value):
    done = subprocess.run([COMMAND, "predict", seven], env={**os.environ, name: value}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"digitlens: {name} must be a whole number from 1 on, not {value!r}.\n"


@pytest.mark.parametrize(("name", "value"), [WRONG[0], ("DIGITLENS_FRAME_ANCESTORS", "'self'; script-src *")])
def test_a_wrong_setting_ends_the_server_with_one_sentence(name, value):
    command = [sys.executable, "-m", "streamlit", "run", APPLICATION, "--server.port", "0"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, name: value}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert f"DigitLens does not start: {name} must be" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", ["a\r\nb", "'self'; script-src *", "https://ümläut.example", "a, b"])
def test_what_cannot_stand_in_a_header_is_refused(monkeypatch, value):
    monkeypatch.setenv("DIGITLENS_FRAME_ANCESTORS", value)
    with pytest.raises(LimitError, match="DIGITLENS_FRAME_ANCESTORS"):
        frame_ancestors()


# --- The pages -----------------------------------------------------------------------------------------------------


def test_serve_starts_the_pages_and_the_api_from_any_folder(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([COMMAND, "serve", "--port", str(port), "--host", "127.0.0.1"], cwd=tmp_path)
    try:
        client = Client(port)
        assert wait_until_healthy(client, process)
        assert client.get("/api/models").json[0]["name"] == "mnist_cnn"
        page = client.get("/")
        assert page.headers["content-type"].startswith("text/html")
        # The settings of the repository count, wherever it was started.
        assert client.request("PUT", "/_stcore/upload_file/a/b", b"x", {"Content-Type": "text/plain"}).status == 403
    finally:
        process.terminate()
        assert process.wait(20) in (0, -15, 143)


def test_serve_without_the_pages_says_where_to_get_them(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("command.serving.APPLICATION", tmp_path)
    assert main(["serve"]) == 2
    assert "repository" in only_sentence(capsys)
