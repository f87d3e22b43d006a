"""The command on Ray: as many rows as photos, on two machines of which one ends half-way. ``make test-ray`` runs it."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from command.answers import CSV, JSON
from command.cli import main
from command.ray_engine import PARQUET, EngineError, How, predict_with_ray
from inference.classifier import models_folder
from inference.samples import encoded, photo
from inference.steps import Config
from tests.drawn import drawing

HOW = How("mnist_cnn", Config(rembg="never"))
PHOTOS = 600
needs_network = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)


def test_without_ray_one_sentence_says_how_to_get_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "seven.png").write_bytes(encoded(drawing(7)))
    command = ["predict", "--engine", "ray", str(tmp_path)]
    assert main([*command, "--out", str(tmp_path / "out")]) == 2
    assert "'.[ray]'" in capsys.readouterr().err
    assert main(command) == 2
    assert "--out" in capsys.readouterr().err


@needs_network
def test_a_file_that_is_not_there_is_said_before_anything_starts(tmp_path):
    with pytest.raises(EngineError, match=r"no file .*gone\.png"):
        predict_with_ray([str(tmp_path / "gone.png")], str(tmp_path / "out"), JSON, HOW)


# --- On Ray itself -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_nodes():
    """A cluster of two machines, as Ray's own tests make it: each a node with its own processes and object store."""
    pytest.importorskip("ray.data", reason="ray is absent: make test-ray")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
    cluster.add_node(num_cpus=2)
    ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "photos"
    (folder / "inner").mkdir(parents=True)
    for number in range(20):
        (folder / f"{number:03}.png").write_bytes(encoded(drawing(number % 10)))
    (folder / "inner" / "021.jpg").write_bytes(encoded(photo(1), ".jpg"))
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "notes.txt").write_text("no image")
    return folder


def rows_in(folder: Path) -> list[dict]:
    rows = []
    for file in sorted(folder.iterdir()):
        if file.suffix == ".parquet":
            import pyarrow.parquet

            rows += pyarrow.parquet.read_table(file).to_pylist()
        else:
            with file.open(newline="") as lines:
                rows += list(csv.DictReader(lines)) if file.suffix == ".csv" else [json.loads(line) for line in lines]
    return rows


@pytest.mark.ray
@needs_network
@pytest.mark.parametrize("kind", [JSON, CSV, PARQUET])
def test_each_photo_is_a_row_as_the_command_alone_writes_it(two_nodes, folder, tmp_path, kind, capsys):
    out = tmp_path / "out"
    predict_with_ray([str(folder)], str(out), kind, HOW)
    rows = {Path(row["file"]).name: row for row in rows_in(out)}
    assert main(["predict", "--json" if kind == JSON else "--csv", "--rembg", "never", str(folder)]) == 1
    printed = capsys.readouterr().out.splitlines()
    alone = [json.loads(line) for line in printed] if kind == JSON else list(csv.DictReader(printed))
    assert rows.keys() == {Path(row["file"]).name for row in alone}
    assert list(next(iter(rows.values()))) == list(alone[0])
    for row in alone:
        found = rows[Path(row["file"]).name]
        assert found["status"] == row["status"]
        assert str(found["digit"] if found["digit"] is not None else "") == str(
            row["digit"] if row["digit"] is not None else ""
        )
        assert float(found["confidence"]) == pytest.approx(float(row["confidence"]), abs=1e-5)
    with pytest.raises(EngineError, match="is there already"):
        predict_with_ray([str(folder)], str(out), kind, HOW)


@pytest.mark.ray
@needs_network
@pytest.mark.parametrize("seconds", [3, 5, 6, 7])  # while Ray is imported, starts, works
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_one_sentence(folder, tmp_path, number, status, seconds):
    pytest.importorskip("ray.data", reason="ray is absent: make test-ray")
    command = [sys.executable, "-m", "command", "predict", "--engine", "ray", folder, "--out", tmp_path / "out"]
    environment = {**os.environ, "RAY_ADDRESS": "local"}  # else it would find the cluster of other tests
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    time.sleep(seconds)
    if process.poll() is not None:  # a fast machine has done the work before
        assert process.returncode == 0
        return
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    if process.returncode == -signal.SIGABRT:  # Ray itself answers SIGTERM for the second in which it starts
        assert number == signal.SIGTERM
        assert said.endswith("digitlens: stopped.\n")
        assert not (tmp_path / "out").exists()
        return
    assert (process.returncode, said) == (status, "digitlens: stopped.\n")


@pytest.mark.ray
@needs_network
def test_a_machine_that_ends_half_way_loses_nothing_and_repeats_nothing(two_nodes, tmp_path):
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    for number in range(PHOTOS):
        (folder / f"{number:04}.png").write_bytes(encoded(drawing(5)))
    failure = []

    def work():
        try:
            predict_with_ray([str(folder)], str(out), JSON, HOW)
        except Exception as error:
            failure.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    while worker.is_alive() and (not out.exists() or len(rows_in(out)) < 40):
        time.sleep(0.1)
    written = len(rows_in(out))
    (node,) = two_nodes.worker_nodes
    two_nodes.remove_node(node, allow_graceful=False)
    worker.join()
    assert failure == []
    assert 0 < written < PHOTOS, "the machine was to end half-way"
    files = [row["file"] for row in rows_in(out)]
    assert len(files) == len(set(files)) == PHOTOS
    assert {row["digit"] for row in rows_in(out)} == {5}
