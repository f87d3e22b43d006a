"""The API and the pages in one process: answers, errors, limits, faults; on a real server where that matters."""

import json
import shutil
import socket
import sys
import threading
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from api import app as api_app
from api.guard import ApiFirst, SecurityHeaders
from command.cli import main
from inference import cutout, read_digit
from inference.classifier import models_folder, network_names
from inference.limits import MEBIBYTE, Limits
from inference.samples import encoded, photo
from tests.drawn import drawing
from training.serving import ROOT, Client, running_server
from training.stress import bad_input, load
from training.stress.files import bombs, png, zip_bombs, zip_of
from training.stress.session import opened_session

pytestmark = pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)

SEVEN = encoded(drawing(7))
TWO = encoded(photo(2), ".jpg")
FIELDS = ["file", "status", "digit", "confidence", "probabilities", "quality", "elapsed_ms", "error"]


@pytest.fixture(scope="module")
def server():
    """The dashboard with its API, as ``make app`` starts it."""
    with running_server() as running:
        yield running


@pytest.fixture(scope="module")
def strict_server():
    """A server with room for next to nothing."""
    limits = {"UPLOAD_MB": "1", "BATCH_MB": "2", "SECONDS": "1", "PREDICTIONS": "1", "QUEUE": "1", "MEMORY_MB": "3"}
    with running_server({f"DIGITLENS_{name}": value for name, value in limits.items()}) as running:
        yield running


@pytest.fixture
def client(server) -> Client:
    return server.client()


def in_process(**limits) -> TestClient:
    """Return a client of the API alone, without a server and without pages."""
    api = Starlette(middleware=[Middleware(ApiFirst, api_app.create_api(Limits(**limits)))])
    return TestClient(api, raise_server_exceptions=False)


def sent(*files: tuple[str, bytes]) -> list:
    return [("file", file) for file in files]


def error_of(answer, status: int) -> dict:
    """Return the error of an answer in the API's one form."""
    assert answer.status_code == status, answer.text
    fields = answer.json()
    assert set(fields) == {"error"}
    assert set(fields["error"]) == {"code", "message"}
    assert fields["error"]["message"].endswith(".")
    return fields["error"]


# --- Answers -------------------------------------------------------------------------------------------------


def test_predict_answers_what_the_command_prints(client, tmp_path, capsys):
    (tmp_path / "two.jpg").write_bytes(TWO)
    main(["predict", "--json", str(tmp_path / "two.jpg")])
    printed = json.loads(capsys.readouterr().out)
    answer = client.post("/api/predict", [("two.jpg", TWO)])
    assert answer.status == 200
    assert list(answer.json) == FIELDS == list(printed)
    assert {**answer.json, "elapsed_ms": 0, "file": ""} == {**printed, "elapsed_ms": 0, "file": ""}
    assert answer.json["file"] == "two.jpg"


def test_options_reach_the_reading(client):
    plain, tta, other = (
        client.post(f"/api/predict?rembg=never{more}", [("7.png", SEVEN)]).json
        for more in ("", "&tta=true", "&model=mlp")
    )
    assert plain["digit"] == tta["digit"] == 7
    assert len({plain["confidence"], tta["confidence"], other["confidence"]}) == 3


def test_all_models_answer_each(client):
    answer = client.post("/api/predict?all_models=true", [("7.png", SEVEN)]).json
    assert list(answer) == [*FIELDS, "models"]
    assert list(answer["models"]) == network_names()
    for fields in answer["models"].values():
        assert fields["digit"] == int(np.argmax(fields["probabilities"]))
        assert fields["confidence"] == max(fields["probabilities"])
        assert fields["elapsed_ms"] > 0
        assert fields["error"] is None
    assert answer["models"]["mnist_cnn"]["probabilities"] == answer["probabilities"]


def test_blank_is_an_answer_of_every_model(client):
    blank = encoded(np.full((90, 90, 3), 255, np.uint8))
    answer = client.post("/api/predict?all_models=true&rembg=never", [("blank.png", blank)]).json
    assert (answer["status"], answer["digit"], answer["confidence"]) == ("blank", None, 0)
    assert {fields["digit"] for fields in answer["models"].values()} == {None}


def test_read_answers_every_digit(client):
    pair = encoded(np.hstack([drawing(7), drawing(2)]))
    answer = client.post("/api/read", [("pair.png", pair)]).json
    assert list(answer) == ["file", "text", "digits", "error"]
    assert answer["text"] == "72"
    assert [found["digit"] for found in answer["digits"]] == [7, 2]
    assert all(len(found["box"]) == 4 for found in answer["digits"])


def test_batch_answers_a_row_for_each_photo_in_order(client):
    packed = zip_of(
        [("folder/7.png", SEVEN), ("__MACOSX/7.png", b"x"), ("notes.txt", b"no image"), ("broken.png", SEVEN[:60])]
    )
    files = [("2.jpg", TWO), ("notes.txt", b"no image"), ("photos.zip", packed), ("7.png", SEVEN)]
    answer = client.post("/api/batch?rembg=never", files)
    assert answer.status == 200
    rows = answer.json
    assert [row["file"] for row in rows] == ["2.jpg", "notes.txt", "folder/7.png", "broken.png", "7.png"]
    assert [row["digit"] for row in rows] == [2, None, 7, None, 7]
    assert [row["error"] and row["error"]["code"] for row in rows] == [None, "not_an_image", None, "damaged", None]
    assert all(list(row) == FIELDS for row in rows)


@pytest.mark.parametrize("inside", [[], [("notes.txt", b"no image")]])
def test_a_zip_without_a_photo_is_refused(client, inside):
    answer = client.post("/api/batch", [("none.zip", zip_of(inside))])
    assert (answer.status, answer.json["error"]["code"]) == (422, "no_photo")


def test_models_are_listed_with_the_default_first(client):
    listed = client.get("/api/models").json
    assert [row["name"] for row in listed] == network_names()
    assert listed[0]["is_default"]
    assert listed[0]["parameters"] == 379434
    assert all(row["usable"] for row in listed)


def test_health_is_ok_where_all_is_there(client):
    health = client.get("/api/health")
    assert health.status == 200
    assert health.json["networks"] == network_names()
    if cutout.is_available():
        assert health.json == {"status": "ok", "problems": [], "networks": network_names(), "rembg": True}


def test_the_documentation_needs_no_other_host(client):
    page = client.get("/api/docs")
    assert page.status == 200
    assert b"//" not in page.body.replace(b"</", b"")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert client.get(f"/api/static-offline-docs/{asset}").status == 200
    described = client.get("/api/openapi.json").json
    assert set(described["paths"]) == {"/predict", "/read", "/batch", "/models", "/health"}
    assert described["servers"] == [{"url": "/api"}]
    assert list(described["components"]["schemas"]["DigitRecord"]["properties"]) == FIELDS


def test_the_pages_are_beside_the_api(server, client):
    page = client.get("/Prediction")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    with opened_session(server.port) as session:
        assert session.run() > 0


# --- Errors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["nothing", "predict/more", "..%2f..%2fserver.py", "%00", "a%5cb", "//", "health.json", "health/", "predict/"],
)
def test_an_unknown_address_is_json_404(client, path):
    answer = client.get(f"/api/{path}")
    assert (answer.status, answer.json["error"]["code"]) == (404, "not_found")
    assert not bad_input.fault_of(answer)


def test_the_api_alone_leads_to_its_documentation(client):
    assert client.get("/api").headers["location"].endswith("/api/")
    assert client.get("/api/").headers["location"] == "/api/docs"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"])
@pytest.mark.parametrize("path", ["predict", "read", "batch", "models", "health", "docs", "openapi.json", ""])
def test_a_method_that_an_address_does_not_take_is_json_405(client, method, path):
    answer = client.request(method, f"/api/{path}")
    assert (answer.status, answer.json["error"]["code"]) == (405, "method_not_allowed")
    assert not bad_input.fault_of(answer)


@pytest.mark.parametrize("path", ["models", "health", "docs"])
def test_who_asks_for_the_head_alone_gets_that(client, path):
    head, whole = client.request("HEAD", f"/api/{path}"), client.get(f"/api/{path}")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


BAD_PHOTOS = {
    "empty": (b"", 422),
    "not_an_image": (b"plain text", 415),
    "damaged": (SEVEN[: len(SEVEN) // 2], 422),
    "too_small": (encoded(np.zeros((4, 4, 3), np.uint8)), 422),
    "too_large": (png(60_000, 60_000), 413),
}


@pytest.mark.parametrize("address", ["predict", "read"])
@pytest.mark.parametrize("code", BAD_PHOTOS)
def test_a_bad_photo_is_a_4xx_that_says_what_is_wrong(client, address, code):
    data, status = BAD_PHOTOS[code]
    answer = client.post(f"/api/{address}", [("photo.png", data)])
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    assert not bad_input.fault_of(answer)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("?tta=perhaps", "'tta'"),
        ("?rembg=perhaps", "'never', 'auto' or 'always'"),
        ("?model=perhaps", "mnist_cnn, cnn3"),
        ("?model=../../secret", "no network"),
        ("?all_models=2", "'all_models'"),
    ],
)
def test_a_wrong_parameter_is_named(client, request_, words):
    answer = client.post(f"/api/predict{request_}", [("7.png", SEVEN)])
    assert answer.status == 422
    assert words in answer.json["error"]["message"]
    assert not bad_input.fault_of(answer)


def test_a_request_without_a_file_says_which_field(client):
    answer = client.post("/api/predict", [("7.png", SEVEN)], field="photo")
    assert answer.status == 422
    assert "'file'" in answer.json["error"]["message"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\passwd", "/etc/passwd", "C:\\passwd", "a\0\x1bpasswd"])
def test_a_file_name_is_only_a_label(name):
    shown = in_process().post("/api/predict?rembg=never", files=sent((name, SEVEN))).json()["file"]
    assert shown.endswith("passwd")
    assert shown.isprintable()
    assert not set(shown) & set("/\\:")


def test_a_file_name_of_html_stays_text(client):
    answer = client.post("/api/predict", [("<img src=x onerror=alert(1)>.png", b"x")])
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"<" not in answer.body


def test_a_mistake_of_ours_is_one_sentence(monkeypatch):
    monkeypatch.setattr(api_app, "read_digit", lambda *_, **__: 1 / 0)
    error = error_of(in_process().post("/api/predict", files=sent(("7.png", SEVEN))), 500)
    assert error["code"] == "internal"
    assert "ZeroDivision" not in error["message"]


# --- Limits --------------------------------------------------------------------------------------------------


def raw_answer(port: int, *parts: bytes, seconds: float = 30) -> bytes:
    """Send bytes and return the answer, an error of the API: its head and its body may come one after the other."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while not answer.endswith(b"}}") and (more := connection.recv(65_536)):
            answer += more
        return answer


HEAD = b"POST /api/predict HTTP/1.1\r\nHost: here\r\nContent-Type: multipart/form-data; boundary=x\r\n"


def test_a_large_upload_is_refused_by_its_length_before_it_arrives(server):
    answer = raw_answer(server.port, HEAD + b"Content-Length: 1000000000\r\n\r\n--x\r\n")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"larger than 16 MB" in answer


def test_a_large_upload_that_does_not_tell_its_length_is_counted(strict_server):
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    parts = [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        f"{len(part):x}\r\n".encode() + part + b"\r\n",
        *[chunk] * 18,
    ]
    answer = raw_answer(strict_server.port, *parts)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"larger than 1 MB" in answer


def test_an_upload_that_does_not_arrive_is_given_up(strict_server):
    answer = raw_answer(strict_server.port, HEAD + b"Content-Length: 1000\r\n\r\n--x\r\n")
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in answer


def test_a_slow_sender_takes_a_place_no_longer_than_allowed(strict_server):
    senders = []
    for _ in range(2):
        senders.append(socket.create_connection(("127.0.0.1", strict_server.port)))
        senders[-1].sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    time.sleep(0.3)
    client = strict_server.client()
    refused = client.post("/api/predict", [("7.png", SEVEN)])
    assert (refused.status, refused.json["error"]["code"]) == (503, "busy")
    assert int(refused.headers["retry-after"]) >= 1
    assert client.get("/api/health").status == 200
    time.sleep(1.5)
    assert client.post("/api/predict?rembg=never", [("7.png", SEVEN)]).status in (200, 503)
    for sender in senders:
        sender.close()


def test_all_uploads_together_stay_below_the_memory_for_them():
    api = in_process(upload_mb=4, memory_mb=2)
    assert error_of(api.post("/api/predict", files=sent(("a.png", bytes(3 * MEBIBYTE)))), 503)["code"] == "busy"
    assert api.post("/api/predict?rembg=never", files=sent(("7.png", SEVEN))).status_code == 200


def test_at_most_so_many_predictions_at_once_and_503_beyond_the_queue(monkeypatch):
    running, most, lock, go_on = 0, 0, threading.Lock(), threading.Event()

    def slow(*given, **options):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        go_on.wait(20)
        with lock:
            running -= 1
        return read_digit(*given, **options)

    monkeypatch.setattr(api_app, "read_digit", slow)
    answers = []
    with in_process(predictions=2, queue=3) as api:
        api.get("/api/health")  # loads the networks

        def ask():
            answers.append(api.post("/api/predict?rembg=never", files=sent(("7.png", SEVEN))))

        threads = [threading.Thread(target=ask) for _ in range(9)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 15
        while len(answers) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        refused = list(answers)
        go_on.set()
        for thread in threads:
            thread.join()
        assert api.post("/api/predict?rembg=never", files=sent(("7.png", SEVEN))).status_code == 200
    assert len(refused) == 4
    for answer in refused:
        assert error_of(answer, 503)["code"] == "busy"
        assert int(answer.headers["retry-after"]) >= 1
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [503] * 4
    assert most == 2


def test_a_prediction_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(api_app, "read_digit", lambda *_, **__: time.sleep(1.5))
    answer = in_process(seconds=1).post("/api/predict", files=sent(("7.png", SEVEN)))
    assert error_of(answer, 503)["code"] == "too_slow"
    assert "retry-after" in answer.headers


def test_a_batch_that_takes_too_long_answers_what_was_read(monkeypatch):
    calls = []

    def slow_from_the_second_on(*given, **options):
        calls.append(given)
        time.sleep(3.5 if len(calls) > 1 else 0)
        return read_digit(*given, **options)

    monkeypatch.setattr(api_app, "read_digit", slow_from_the_second_on)
    answer = in_process(seconds=3).post("/api/batch?rembg=never", files=sent(*[("7.png", SEVEN)] * 4))
    assert answer.status_code == 200
    assert [row["digit"] for row in answer.json()] == [7, None, None, None]
    assert {row["error"]["code"] for row in answer.json()[1:]} == {"too_slow"}
    assert len(calls) == 2


def test_a_batch_has_its_own_limits():
    api = in_process(upload_mb=1, batch_mb=3, batch_files=3)
    rows = api.post("/api/batch?rembg=never", files=sent(("a", bytes(2 * MEBIBYTE)), ("7.png", SEVEN))).json()
    assert [row["error"] and row["error"]["code"] for row in rows] == ["too_large", None]
    many = api.post("/api/batch?rembg=never", files=sent(*[("7.png", SEVEN)] * 4))
    assert error_of(many, 413)["code"] == "too_many_files"
    assert error_of(api.post("/api/batch", files=sent(("a", bytes(4 * MEBIBYTE)))), 413)["code"] == "too_large"


@pytest.mark.parametrize(
    ("name", "status"), [("large.zip", 413), ("many.zip", 413), ("same.zip", 413), ("cut.zip", 422), ("liar.zip", 200)]
)
def test_a_zip_bomb_is_refused_before_it_unpacks(client, zips, name, status):
    answer = client.post("/api/batch", [(name, zips[name])])
    assert answer.status == status
    assert not bad_input.fault_of(answer)


@pytest.fixture(scope="module")
def zips():
    return zip_bombs()


def test_the_limit_of_the_pages_is_that_of_the_api():
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"]
    assert settings["maxUploadSize"] == Limits().upload_mb
    assert settings["enableXsrfProtection"]


# --- Privacy and the browser ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/Prediction", "/api/health", "/api/docs", "/api/nothing", "/_stcore/health"])
def test_every_answer_has_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "referrer-policy" in headers


def test_another_host_may_be_let_to_show_the_page_in_its_own():
    app = Starlette(middleware=[Middleware(SecurityHeaders, "'self' https://huggingface.co")])
    policy = TestClient(app).get("/").headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://huggingface.co")


def test_an_upload_to_a_page_without_its_token_is_refused(client):
    answer = client.request("PUT", "/_stcore/upload_file/session/file", b"x", {"Content-Type": "text/plain"})
    assert answer.status == 403


def test_the_server_asks_nobody_for_its_address_when_it_starts(server):
    assert "http://localhost" in server.logged()
    for words in ("External URL", "Network URL", "external IP"):
        assert words not in server.logged()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of a process as on Linux: a system without it")
def test_all_works_where_nothing_can_be_written():
    """No file can grow beyond a few lines of log, and there is no home and no folder for temporary files."""
    import resource

    grain = np.random.default_rng(0).integers(0, 20, (1500, 1500, 3), dtype=np.uint8)
    large = encoded(photo(5, 1500, 1500) - grain)
    assert 4 * MEBIBYTE < len(large) < 16 * MEBIBYTE

    def no_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    homeless = {"HOME": "/proc/nowhere", "TMPDIR": "/proc/nowhere", "XDG_CACHE_HOME": "/proc/nowhere"}
    with running_server(homeless, no_disk) as server:
        client = server.client()
        answer = client.post("/api/predict?rembg=never", [("secret-name.png", large)])
        assert (answer.status, answer.json["digit"]) == (200, 5)
        assert client.post("/api/batch?rembg=never", [("a.zip", zip_of([("a.png", large)]))]).json[0]["digit"] == 5
        assert client.get("/api/health").json["networks"] == network_names()
        with opened_session(server.port) as session:
            session.run()
        assert "secret-name" not in server.logged()
        assert "Traceback" not in server.logged()


def test_the_pages_alone_keep_uploads_in_memory_too(monkeypatch):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1024 * 1024)
    AppTest.from_file(str(ROOT / "streamlit_app/Home.py"), default_timeout=120).run()
    assert MultiPartParser.spool_max_size == 0


# --- Faults --------------------------------------------------------------------------------------------------


def _missing(path: Path) -> None:
    path.unlink()


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _of_another_network(path: Path) -> None:
    shutil.copy(path.with_name(f"mlp{path.suffix}"), path)


@pytest.mark.parametrize("ending", [".onnx", ".json"])
@pytest.mark.parametrize("damage", [_missing, _cut_short, _of_another_network])
def test_a_damaged_network_is_said_and_the_rest_works(other_models, damage, ending):
    damage(other_models / f"mnist_cnn{ending}")
    api = in_process()
    health = api.get("/api/health")
    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert health.json()["networks"] == ["mlp"]
    (sentence,) = [problem for problem in health.json()["problems"] if "mnist_cnn" in problem]
    assert str(other_models) not in sentence
    assert error_of(api.post("/api/predict", files=sent(("7.png", SEVEN))), 503)["code"] == "network_unavailable"
    answer = api.post("/api/predict?model=mlp&rembg=never&all_models=true", files=sent(("7.png", SEVEN))).json()
    assert answer["models"]["mlp"]["digit"] == answer["digit"]
    assert answer["models"]["mnist_cnn"]["error"]["code"] == "network_unavailable"
    assert [row["usable"] for row in api.get("/api/models").json()] == [False, True]


def test_without_the_judge_digits_are_read_and_health_says_what_is_missing(other_models):
    api = in_process()
    health = api.get("/api/health").json()
    (sentence,) = [problem for problem in health["problems"] if "judge" in problem]
    assert (health["status"], str(other_models) in sentence) == ("degraded", False)
    assert api.post("/api/predict?rembg=never", files=sent(("7.png", SEVEN))).json()["digit"] == 7


def test_a_network_that_is_restored_is_used_again(other_models):
    path = other_models / "mnist_cnn.onnx"
    whole = path.read_bytes()
    path.write_bytes(b"")
    api = in_process()
    assert "mnist_cnn" not in api.get("/api/health").json()["networks"]
    path.write_bytes(whole)
    assert "mnist_cnn" in api.get("/api/health").json()["networks"]


@pytest.mark.parametrize("content", [None, b"", b"no network" * 1000])
def test_without_rembg_or_with_broken_weights_photos_are_still_read(tmp_path, monkeypatch, content):
    if content is not None:
        (tmp_path / "u2netp.onnx").write_bytes(content)
    monkeypatch.setenv("U2NET_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    cutout._session.cache_clear()
    api = in_process()
    health = api.get("/api/health").json()
    assert (health["status"], health["rembg"]) == ("degraded", False)
    (sentence,) = health["problems"]
    assert "rembg" in sentence
    assert str(tmp_path) not in sentence
    assert api.post("/api/predict?rembg=always", files=sent(("2.jpg", TWO))).json()["digit"] == 2
    cutout._session.cache_clear()


# --- Stress, a small part of `make stress` -------------------------------------------------------------------


def test_damaged_files_are_opened_or_refused():
    outcome = bad_input.opened(300)
    assert outcome.troubles == []
    assert outcome.answers.total() == 300 + len(bombs())


def test_damaged_files_and_bad_requests_get_an_answer_that_names_the_trouble(server):
    outcome = bad_input.sent(server, 80)
    assert outcome.troubles == []


def test_many_clients_get_only_answers_and_orderly_refusals(server):
    photos = [SEVEN, TWO, encoded(drawing(3))]
    crowd = load.load(server, photos, clients=40, seconds=2)
    assert crowd.disorderly == []
    assert set(crowd.statuses) <= {200, 503}
    assert crowd.statuses[200] > 0
    few, drawn = load.session_beside(server, lambda: load.load(server, photos, clients=4, seconds=2))
    assert few.share(200) == 1
    assert drawn


# --- What would be left out is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/api/predict", "/api/read"])
def test_several_photos_where_one_is_read_are_refused(address):
    answer = in_process().post(address, files=sent(("7.png", SEVEN), ("2.jpg", TWO)))
    assert "/api/batch" in error_of(answer, 422)["message"]


@pytest.mark.parametrize("address", ["/api/predict", "/api/read", "/api/batch"])
def test_a_setting_in_the_form_is_refused(address):
    answer = in_process().post(address, files=sent(("7.png", SEVEN)), data={"model": "mlp"})
    assert "model" in error_of(answer, 422)["message"]


@pytest.mark.parametrize("address", ["/api/predict?modle=cnn3", "/api/read?tta=true", "/api/batch?all_models=true"])
def test_an_unknown_parameter_is_named(address):
    answer = in_process().post(address, files=sent(("7.png", SEVEN)))
    assert address.split("?")[1].split("=")[0] in error_of(answer, 422)["message"]
