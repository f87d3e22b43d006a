"""What a deployment relies on, as far as it shows without a container engine: the Dockerfile, requirements.txt."""

import ast
import json
import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from inference.classifier import models_folder
from training.serving import ROOT, running_server

APP = ROOT / "streamlit_app"
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Of ray_engine.py, which says what to install where they are missing.
OPTIONAL = {"ray", "pyarrow"}


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, (name, rest), without comments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]


def the(name: str) -> str:
    """Return the rest of the last instruction of this name."""
    return [rest for given, rest in instructions() if given == name][-1]


def test_what_is_copied_is_there_and_not_left_out_by_dockerignore():
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    sources = [source for name, rest in instructions() if name == "COPY" for source in shlex.split(rest)[:-1]]
    assert "streamlit_app" in sources
    for source in sources:
        assert (ROOT / source).exists()
        kept = True
        for rule in rules:
            if fnmatch(source, rule.lstrip("!").rstrip("/")):
                kept = rule.startswith("!")
        assert kept, source


def test_it_has_a_python_that_the_package_takes():
    version = re.fullmatch(r"python:(3\.\d+)-slim", the("FROM")).group(1)
    wanted = re.search(r'requires-python = "(.+)"', (ROOT / "pyproject.toml").read_text()).group(1)
    assert version in SpecifierSet(wanted)
    assert f"Python {version}" in README, "what Community Cloud is told to take"


def test_it_runs_without_roots_rights_on_the_port_that_is_said():
    names = [name for name, _ in instructions()]
    assert the("USER") == "1000"
    assert names.index("USER") < names.index("CMD")
    port = re.search(r"STREAMLIT_SERVER_PORT=(\d+)", the("ENV")).group(1)
    assert the("EXPOSE") == port
    assert f"app_port: {port}" in README
    assert f":{port} digitlens" in README


def test_what_is_fetched_is_checked():
    for name, rest in instructions():
        if "://" in rest and name == "ADD":
            assert re.search(r"--checksum=sha256:[0-9a-f]{64} ", rest)


@pytest.mark.skipif(
    not (models_folder() / "mnist_cnn.onnx").exists(), reason="models/mnist_cnn.onnx is absent: make train"
)
def test_its_health_check_tells_a_server_from_none():
    _, *command = json.loads(the("HEALTHCHECK").split("CMD", 1)[1])

    def status(port: int) -> int:
        environment = {"STREAMLIT_SERVER_PORT": str(port)}
        return subprocess.run([sys.executable, *command], env=environment, stderr=subprocess.DEVNULL).returncode

    with running_server() as server:
        server.client().get("/api/health")  # the first time loads the networks, which a busy machine takes long for
        assert status(server.port) == 0
    assert status(server.port) == 1


def test_every_requirement_is_pinned():
    for file in ("requirements.txt", "requirements-train.txt"):
        lines = (ROOT / file).read_text().splitlines()
        for line in lines:
            assert line.startswith(("#", "-r ")) or re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.]+(; .+)?", line), line


def test_what_is_shipped_is_pinned_with_all_that_it_brings():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    constraints = {_normal(Requirement(line).name): line.split("==")[1] for line in lines if not line.startswith("#")}
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if not line.startswith("#"):
            requirement = Requirement(line)
            assert constraints[_normal(requirement.name)] in requirement.specifier, "make constraints"
    assert {"uvicorn", "websockets", "protobuf"} <= constraints.keys()
    assert "--constraint constraints.txt" in the("RUN")


def test_what_the_pages_and_the_command_import_is_in_requirements_txt():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    listed = {_normal(Requirement(line).name) for line in lines if not line.startswith("#")}
    assert not {name for name in listed if name.startswith(("tensorflow", "keras"))}
    distributions = packages_distributions()
    own = {path.stem for path in APP.iterdir()}
    for path in APP.rglob("*.py"):
        for module in imported(path) - own - set(sys.stdlib_module_names) - OPTIONAL:
            names = {_normal(name) for name in distributions.get(module, [])}
            assert names & listed, f"{path.name} imports {module}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(path: Path) -> set[str]:
    """Return the names of the packages that a file imports."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in names}
