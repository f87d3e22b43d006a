"""The scripts that put the server and the command under stress: what they count, and what they write."""

import json
from contextlib import contextmanager
from dataclasses import asdict

import pytest
from streamlit.testing.v1 import AppTest

from inference.classifier import models_folder
from training import documents, throughput
from training.stress import __main__ as stress
from training.stress import bad_input, load
from training.stress.bad_input import HANG, WAIT, Outcome
from training.stress.load import Load
from training.throughput import COMMAND, LOOP, Run

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)


# --- make stress ---------------------------------------------------------------------------------------------------


@pytest.fixture
def no_server(monkeypatch):
    @contextmanager
    def running_server():
        yield None

    monkeypatch.setattr(stress, "running_server", running_server)


def part(what: str, holds: bool):
    return lambda server, options: [stress.Figure(what, "1", "at least 1", holds, {"share": 1}, [f"{what} broke"])]


def test_a_part_is_written_beside_the_others(no_server, monkeypatch, tmp_path, capsys):
    out = tmp_path / "stress.json"
    monkeypatch.setitem(stress.PARTS, "load", part("clients", True))
    monkeypatch.setitem(stress.PARTS, "memory", part("resident", True))
    assert stress.main(["memory", "--json", str(out)]) == 0
    monkeypatch.setitem(stress.PARTS, "memory", part("never", False))
    assert stress.main(["load", "--json", str(out)]) == 0
    written = json.loads(out.read_text())
    assert list(written["parts"]) == ["load", "memory"]
    assert [figure["what"] for figure in written["parts"]["memory"]["figures"]] == ["resident"]
    assert {"date", "machine", "seconds", "figures"} == set(written["parts"]["load"])
    assert stress.main(["memory"]) == 1, "what does not hold is said by the exit status"
    assert "FAIL never: 1 (at least 1)\n     never broke" in capsys.readouterr().out
    assert json.loads(out.read_text()) == written, "without --json nothing is written"
    with pytest.raises(SystemExit, match="2"):
        stress.main(["nothing"])


@pytest.mark.parametrize(
    ("clients", "statuses", "disorderly", "holds"),
    [
        (8, {200: 999, 503: 1}, [], True),
        (8, {200: 998, 503: 2}, [], False),
        (64, {200: 10, 503: 990}, [], True),
        (64, {200: 1000}, ["500: no"], False),
    ],
)
def test_what_clients_may_get(clients, statuses, disorderly, holds):
    figure = stress._answered(Load(clients, 60.0, statuses, [0.01, 0.02, 0.09], disorderly))
    assert figure.holds == holds
    assert figure.values["requests"] == 1000 + len(disorderly)
    assert figure.values["share_200"] == pytest.approx(statuses[200] / figure.values["requests"], abs=1e-5)
    assert (figure.values["p50_ms"], figure.values["disorderly"]) == (20.0, len(disorderly))


@pytest.mark.parametrize("drawn", [[], [0.5, float("inf")]])
def test_a_page_that_is_not_drawn_does_not_hold_and_is_json(drawn):
    figure = stress._page(8, drawn)
    assert not figure.holds
    assert figure.values["slowest_seconds"] is None
    assert stress._page(8, [0.5, 1.25]).values["slowest_seconds"] == 1.25


@pytest.mark.parametrize(("cores", "clock", "hangs"), [(0.1, HANG + 1, 0), (HANG + 0.1, HANG, 1), (0.0, WAIT + 1, 1)])
def test_a_hang_is_told_from_a_busy_machine(cores, clock, hangs):
    outcome = Outcome()
    outcome.note("a.png", "damaged", cores, clock)
    whole = Outcome()
    whole.add(outcome)
    assert (whole.hangs, len(whole.troubles), whole.longest) == (hangs, hangs, clock)


def test_a_file_that_ends_the_process_is_a_trouble_and_no_end(monkeypatch):
    monkeypatch.setattr(bad_input, "_open_bombs", dies)
    outcome = bad_input.opened(1)
    assert "the bombs: BrokenProcessPool" in outcome.troubles


def dies():
    import os

    os._exit(1)


def test_what_is_not_answered_while_memory_is_watched_is_said(monkeypatch):
    class Broken:
        status, body = 503, b"busy"

        def __init__(self, port):
            self.connection = self

        def close(self):
            pass

        def request(self, *_):
            self.count = getattr(self, "count", 0) + 1
            if self.count % 2:
                raise ConnectionRefusedError
            return self

    class Server:
        port = 1

    monkeypatch.setattr(load, "Client", Broken)
    monkeypatch.setattr(load, "_settled", lambda server: 100.0)
    before, after, troubles = load.memory(Server, [b"x"], predictions=6, warm_up=4)
    assert (before, after, len(troubles)) == (100.0, 100.0, 10)


# --- make throughput -----------------------------------------------------------------------------------------------


def test_the_command_and_the_loop_take_turns_on_the_same_files(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(throughput, "ROUNDS", 2)
    monkeypatch.setattr(throughput, "GROWTH", (2,))
    out = tmp_path / "throughput.json"
    throughput.main(["--files", "6", "--no-reference", "--json", str(out)])
    written = json.loads(out.read_text())
    assert [(row["way"], row["files"]) for row in written["ways"]] == [(COMMAND, 6), (LOOP, 6)]
    assert all(row["peak_mib"] > 50 and row["rate"] > 0 for row in written["ways"])
    assert [one["files"] for one in written["growth"]["runs"]] == [2, 6]
    assert "the peak of memory grows by" in capsys.readouterr().out


def test_how_time_and_memory_grow():
    runs = [Run(COMMAND, files, 1.0 + 0.01 * files, peak) for files, peak in ((100, 200), (1000, 210), (5000, 220))]
    found = throughput.growth(runs)
    assert (found["start_seconds"], found["ms_per_file"], found["largest_deviation"]) == (1.0, 10.0, 0.0)
    assert found["peak_growth"] == 0.1
    slower = throughput.growth([*runs[:2], Run(COMMAND, 5000, 102.0, 220)])
    assert slower["largest_deviation"] > 0.2


# --- Where the figures are shown -----------------------------------------------------------------------------------


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """A folder in the place of models/, with the figures of a short, made-up run."""
    monkeypatch.setenv("DIGITLENS_MODELS", str(tmp_path))
    few = Load(8, 60.0, {200: 999, 503: 1}, [0.25] * 999, [])
    crowd = Load(64, 60.0, {200: 500, 503: 1500}, [0.75] * 500, [])
    here = {"date": "2026-11-27", "machine": {"processor": "a", "cores": 2, "load_before": 0.1}}
    for name, figures in {
        "load": [stress._answered(few), stress._page(8, [1.5]), stress._answered(crowd), stress._page(64, [])],
        "memory": [stress.Figure("memory", "+1 %", "under 5 %", True, {"predictions": 10_000, "growth": 0.0123})],
        "bad_input": [stress.Figure("bad files", "0 troubles", "no crash", True, {"files": 20_020, "troubles": 0})],
    }.items():
        stress._keep(tmp_path / "stress.json", name, {**here, "figures": [asdict(figure) for figure in figures]})
    runs = [Run(COMMAND, 100, 2.0, 200), Run(COMMAND, 5000, 51.0, 210)]
    ways = throughput.summed([Run(COMMAND, 5000, 50.0, 210), Run(LOOP, 5000, 100.0, 180)])
    figures = {**here, "ways": ways, "growth": throughput.growth(runs)}
    (tmp_path / "throughput.json").write_text(json.dumps(figures))
    return tmp_path


def test_readme_has_a_table_of_what_was_measured(measured):
    lines = documents._under_load()
    assert any(line.startswith("| 8 clients for 60 s | 99.90% of 1,000 answered 200") for line in lines)
    assert "| a page beside 64 clients | not drawn (missed) | under 10 s |" in lines
    assert f"| {LOOP} | 5,000 | 50.0 | 2.0 times | 180 MiB |" in lines
    assert any("1.0 s to start and 10.0 ms for each" in line for line in lines)
    (measured / "stress.json").unlink()
    (measured / "throughput.json").unlink()
    assert documents._under_load() == []


def room():
    from ui.performance.under_load import show_under_load

    show_under_load()


def test_the_page_shows_what_was_measured_and_nothing_of_what_was_not(measured):
    app = AppTest.from_function(room).run()
    stressed, thousands = (table.value.replace("\u00a0", " ") for table in app.markdown)
    assert "| Answered, of the requests of 8 clients at once | 99.90 % |" in stressed
    assert "| A page beside 64 clients: the slowest | not drawn |" in stressed
    assert "| Growth of memory over 10,000 predictions | +1.2 % |" in stressed
    assert "| Crashes, hangs and unnamed faults in 20,020 damaged files | 0 |" in stressed
    assert "| digitlens predict | 100.0 files a second, 210 MiB |" in thousands
    (measured / "stress.json").unlink()
    assert len(AppTest.from_function(room).run().markdown) == 1
    (measured / "throughput.json").unlink()
    app = AppTest.from_function(room).run()
    assert not app.markdown
    assert not app.subheader
    assert not app.exception
