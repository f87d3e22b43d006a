"""What all tests share: no test may skip where DIGITLENS_NO_SKIP is set, as it is in CI; networks to damage."""

import os
import shutil
from pathlib import Path

import pytest

from inference.classifier import models_folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("DIGITLENS_NO_SKIP"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr[2] if report.longrepr else item.name}"


@pytest.fixture
def other_models(tmp_path, monkeypatch) -> Path:
    """A copy of two networks that a test may damage, in the place of all."""
    folder = tmp_path / "models"
    folder.mkdir()
    for name in ("mnist_cnn", "mlp"):
        for ending in (".onnx", ".json"):
            shutil.copy(models_folder() / f"{name}{ending}", folder)
    monkeypatch.setenv("DIGITLENS_MODELS", str(folder))
    return folder
