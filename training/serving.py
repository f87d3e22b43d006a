"""The server as it is measured and put under stress, and what is asked of it: a process of its own on loopback."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPLICATION = "streamlit_app/server.py"
PATIENCE = 180.0  # seconds for the server to be there


class ServerError(RuntimeError):
    """The server does not start, or cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Answer:
    """An answer: its status, its body, its headers with names in small letters, and how long it took."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    seconds: float

    @property
    def json(self):
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running server: its port, its process, and the file that it writes its log to."""

    port: int
    process: subprocess.Popen
    log: Path

    def client(self) -> "Client":
        return Client(self.port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self) -> float:
        """Return the time that the cores gave to the process, which hangs less on what else they do; Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def logged(self) -> str:
        return self.log.read_text(errors="replace")


class Client:
    """One client with one connection, which it keeps as long as the server does."""

    def __init__(self, port: int, timeout: float = 120):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def post(self, path: str, files: list[tuple[str, bytes]], field: str = "file") -> Answer:
        """Send files, each a name and its bytes, as a multipart form."""
        body, content_type = form(files, field)
        return self.request("POST", path, body, {"Content-Type": content_type})

    def request(self, method: str, path: str, body=None, headers: Mapping[str, str] | None = None) -> Answer:
        started = time.perf_counter()
        try:
            answer = self._answered(method, path, body, headers or {})
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server ends a connection that was idle for five seconds.
            self.connection.close()
            answer = self._answered(method, path, body, headers or {})
        content = answer.read()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, content, names, time.perf_counter() - started)

    def _answered(self, method: str, path: str, body, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        self.connection.request(method, path, body, dict(headers))
        return self.connection.getresponse()


def form(files: list[tuple[str, bytes]], field: str = "file") -> tuple[bytes, str]:
    """Return files as the body of a multipart form, and its content type."""
    boundary = uuid.uuid4().hex
    parts = []
    for name, data in files:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "surrogateescape")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="'.encode()
        parts += [head, quoted, b'"\r\nContent-Type: application/octet-stream\r\n\r\n', data, b"\r\n"]
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


@contextmanager
def running_server(environment: Mapping[str, str] | None = None, preexec_fn=None) -> Iterator[Server]:
    """Start the dashboard with its API, as ``make app`` does, and end it afterwards.

    ``environment``: what is set beside this process's own; ``preexec_fn``: as of subprocess.Popen. Raises ServerError.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", APPLICATION]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "server.log")
        with log.open("wb") as file:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=preexec_fn,
            )
        try:
            server = Server(port, process, log)
            if not wait_until_healthy(Client(port, timeout=5), process):
                raise ServerError(f"The server did not start:\n{server.logged()}")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_healthy(client: Client, process: subprocess.Popen) -> bool:
    """Tell whether the server answers, as soon as it does; False where it ended or PATIENCE is over."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if client.get("/_stcore/health").status == 200:
                return True
        except OSError:
            client.connection.close()
            time.sleep(0.02)
    return False


def memory_of(process_id: int) -> dict[str, float]:
    """Return VmRSS (resident now) and VmHWM (at the peak) of a process in MiB; raise ServerError off Linux."""
    status = Path(f"/proc/{process_id}/status")
    if not status.exists():
        raise ServerError("The memory of a process can be measured on Linux only: there is no /proc here.")
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if line.startswith("Vm"))
    return {name: int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")}
