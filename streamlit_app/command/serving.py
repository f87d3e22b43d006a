"""``digitlens serve``: the dashboard and the API, from any folder."""

import argparse
import errno
import os
import runpy
import socket
import sys
from pathlib import Path

APPLICATION = Path(__file__).resolve().parents[1]


def serve(options: argparse.Namespace) -> int:
    """Serve until a signal comes; return the exit status."""
    server, settings = APPLICATION / "server.py", APPLICATION.parent / ".streamlit"
    if not server.exists() or not settings.exists():
        print(
            "digitlens: the pages are not part of an installed package: get the repository, and there run make app.",
            file=sys.stderr,
        )
        return 2
    problem = _cannot_listen(options.host, options.port)
    if problem:
        print(f"digitlens: {options.host}:{options.port} cannot be served: {problem}.", file=sys.stderr)
        return 2
    # Streamlit reads its settings (theme, limits, privacy) in the folder from which it is started.
    os.chdir(APPLICATION.parent)
    where = ["--server.port", str(options.port), "--server.address", options.host]
    sys.argv = ["streamlit", "run", str(server), *where]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0


def _cannot_listen(host: str, port: int) -> str | None:
    """Return why nobody can listen there, None where it is free; Streamlit would say it with a traceback."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            with socket.socket(family, kind, protocol) as tried:
                if os.name == "posix":  # elsewhere this option lets two listen on one port
                    tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                tried.bind(address)
                tried.listen()
    except OSError as error:
        # localhost may have an IPv6 address on a machine without IPv6.
        return (
            None if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) and host == "localhost" else error.strerror
        )
    return None
