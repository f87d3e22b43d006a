"""The benchmark's parts: the reference's way, the timing and its tables, the server it starts."""

import os
import time

import numpy as np
import pytest
from PIL import Image

from inference.samples import drawing, encoded
from training import benchmark, dashboard, reference, serving, throughput
from training.machine import PACKAGES, machine

# --- The reference's way ---------------------------------------------------------------------------------------


def cut_out(lightness: int) -> np.ndarray:
    """A square of ink as rembg cuts it out: (60, 60, 4), transparent around it."""
    cut = np.zeros((60, 60, 4), np.uint8)
    cut[10:50, 20:40] = (lightness, lightness, lightness, 255)
    return cut


@pytest.mark.parametrize(("lightness", "ground"), [(30, 255), (220, 0)])
def test_dark_ink_is_set_on_white_and_light_ink_on_black(lightness, ground):
    composed = reference.compose(cut_out(lightness))
    assert composed[0, 0].tolist() == [ground] * 3
    assert composed[30, 30].tolist() == [lightness] * 3


@pytest.mark.parametrize("lightness", [30, 220])
def test_either_ground_gives_light_ink(lightness):
    grey = reference.compose(cut_out(lightness))[..., 0]
    light_ink, ink = reference.find_ink(grey)
    assert light_ink[30, 30] > light_ink[0, 0]
    assert (ink[30, 30], ink[0, 0]) == (255, 0)
    found = reference.extract(light_ink, ink)
    assert found.shape == (48, 28)  # 40 by 20, padded by a tenth of the longer side


def test_a_plain_stroke_is_refused_as_the_reference_does():
    ink = np.zeros((100, 100), np.uint8)
    ink[10:90, 48:56] = 255
    assert reference.extract(ink, ink) is None
    assert reference.extract(np.zeros((100, 100), np.uint8), np.zeros((100, 100), np.uint8)) is None


def test_the_digit_ends_in_20_of_28_pixels_with_its_mass_in_the_middle():
    strong = np.zeros((80, 40), np.uint8)
    strong[:, :30] = 255
    boxed = reference.into_box(strong)
    assert boxed.shape == (20, 10)
    placed = reference.centre(boxed)
    rows, columns = np.nonzero(placed > 100)
    assert (rows.mean(), columns.mean()) == (pytest.approx(13.5, abs=0.6), pytest.approx(13.5, abs=0.6))
    assert not reference.centre(np.zeros((20, 10), np.uint8)).any()


class Answering:
    """In place of a Keras network: remembers what it was shown, and answers 7."""

    def predict(self, images, verbose):
        self.shown = images
        return np.eye(10)[[7]]


def test_the_reference_reads_a_photo_and_guesses_on_a_blank_image(monkeypatch):
    # rembg stands aside: importing it takes a minute the first time. It is used for real by make benchmark.
    way = reference.Reference.__new__(reference.Reference)
    way._model = Answering()
    way._cut_out = lambda photo: photo.convert("RGBA")
    answer, digit = way.read(encoded(drawing(3)[..., :3], ".jpg"))
    assert answer == 7
    assert (way._model.shown.shape, way._model.shown.dtype) == ((1, 28, 28, 1), np.float32)
    assert (digit.shape, digit.dtype, digit.max() > 200) == ((28, 28), np.uint8, True)
    assert not way.preprocess(Image.new("RGB", (200, 200), "white")).any()


# --- Timing and tables -----------------------------------------------------------------------------------------


def test_each_case_is_timed_on_all_its_inputs_and_compared_with_the_reference():
    given = []

    def slow(value):
        given.append(value)
        time.sleep(0.02)

    ours = benchmark.Case("photo", benchmark.OURS, lambda value: time.sleep(0.004), ["a"], 2, goal_ms=10)
    theirs = benchmark.Case("photo", benchmark.REFERENCE, slow, ["a", "b"], 2)
    alone = benchmark.Case("drawing", benchmark.OURS, lambda value: None, ["a"], 1)
    rows = benchmark.measure([ours, theirs, alone])
    assert given == ["a"] + ["a", "b"] * benchmark.ROUNDS  # warmed up first
    assert [row["runs"] for row in rows] == [2 * benchmark.ROUNDS, 2 * benchmark.ROUNDS, benchmark.ROUNDS]
    assert rows[0]["median_ms"] >= 4
    assert rows[1]["median_ms"] >= 20
    assert rows[0]["times_faster"] == pytest.approx(rows[1]["median_ms"] / rows[0]["median_ms"], abs=0.06)
    assert rows[1]["times_faster"] == 1
    assert rows[2]["times_faster"] is None


def test_the_tables_say_whether_a_goal_is_met():
    row = {"what": "photo", "way": "DigitLens", "median_ms": 12.0, "goal_ms": 10, "times_faster": 4.5}
    assert "MISSED" in benchmark.speed_table([row])
    assert "MISSED" not in benchmark.speed_table([{**row, "median_ms": 9.9}])
    figure = {"what": "healthy after", "value": 1.2, "unit": "s", "goal": 2.0}
    assert benchmark.server_table([figure]).endswith("met")
    assert benchmark.server_table([{**figure, "value": 2.1}]).endswith("MISSED")


def test_the_machine_is_named():
    found = machine()
    assert found["cores"] == os.cpu_count()
    assert found["processor"]
    assert set(PACKAGES) < found["versions"].keys()


def test_without_a_network_the_benchmark_ends_with_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path))
    with pytest.raises(SystemExit, match="mnist_cnn"):
        benchmark.main(["--no-server"])


# --- Thousands of files ----------------------------------------------------------------------------------------


def test_the_ways_read_the_same_files_and_are_compared_by_their_rates(tmp_path, monkeypatch):
    (tmp_path / "all").mkdir()
    paths = throughput.make_files(tmp_path / "all", 6)
    assert [path.suffix for path in paths] == [".png", ".jpg", ".jpg"] * 2
    monkeypatch.setattr(throughput, "ROUNDS", 2)
    runs = throughput.compare(paths, {throughput.COMMAND: 3, throughput.LOOP: 2})
    assert [(one.way, one.files) for one in runs] == [(throughput.COMMAND, 3), (throughput.LOOP, 2)] * 2
    assert all(one.seconds > 0 and 50 < one.peak_mib < 1000 for one in runs)
    command, loop = throughput.summed([throughput.Run("a", 10, 2.0, 90), throughput.Run("b", 10, 4.0, 80)])
    assert (command["rate"], command["command_is_times_faster"]) == (5, 1)
    assert (loop["rate"], loop["command_is_times_faster"]) == (2.5, 2)


# --- The server ------------------------------------------------------------------------------------------------


def test_the_memory_of_a_process_is_read_in_mib():
    if not os.path.exists("/proc/self/status"):
        pytest.skip("memory is measured on Linux only: there is no /proc here")
    memory = serving.memory_of(os.getpid())
    assert 20 < memory["VmRSS"] <= memory["VmHWM"] < 100_000
    ballast = np.ones(64 * 2**20, np.uint8)
    assert serving.memory_of(os.getpid())["VmRSS"] > memory["VmRSS"] + 50
    assert ballast.all()
    with pytest.raises(serving.ServerError, match="Linux"):
        serving.memory_of(2**30)


def test_without_chromium_one_sentence_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nowhere"))
    with pytest.raises(serving.ServerError, match="CHROMIUM"):
        dashboard.measure_server(with_rembg=False)


def test_the_benchmark_starts_the_server_that_make_app_starts():
    makefile = (serving.ROOT / "Makefile").read_text()
    assert serving.APPLICATION in makefile


def test_the_server_starts_answers_and_is_gone_afterwards():
    with serving.running_server() as server:
        assert server.client().get("/api/health").status == 200
        assert serving.memory_of(server.process.pid)["VmRSS"] > 50
    assert server.process.poll() is not None
    with pytest.raises(OSError, match="refused"):
        server.client().get("/api/health")


def test_a_server_that_does_not_start_is_said_with_its_log(monkeypatch, tmp_path):
    monkeypatch.setattr(serving, "ROOT", tmp_path)  # there is no dashboard there
    with pytest.raises(serving.ServerError, match=r"(?s)did not start.*server\.py"), serving.running_server():
        pass
