"""What the figures of a benchmark belong to."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("onnxruntime", "opencv-python-headless", "rembg", "numpy", "pillow", "tensorflow", "keras", "streamlit")


def machine() -> dict:
    """Return what the figures belong to: processor, cores, load before the run, system, versions."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        name = models[0] if models else name
    return {
        "processor": name,
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }
