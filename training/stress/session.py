"""A person's session with the dashboard, without a browser: what a page's script takes from a click to its end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.sync.connection import Connection


class Session:
    """One open page, over the socket that its browser would have."""

    def __init__(self, socket: Connection, patience: float):
        self.socket = socket
        self.patience = patience

    def run(self) -> float:
        """Run the page from top to bottom and return the seconds until it was drawn; raise RuntimeError if it fails."""
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        started = time.perf_counter()
        self.socket.send(asked.SerializeToString())
        while True:
            message = ForwardMsg()
            message.ParseFromString(self.socket.recv(timeout=self.patience))
            if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                raise RuntimeError(message.delta.new_element.exception.message)
            if message.WhichOneof("type") == "script_finished":
                return time.perf_counter() - started


@contextmanager
def opened_session(port: int, patience: float = 60) -> Iterator[Session]:
    """Open a page; ``patience``: the seconds to wait for anything that it sends."""
    # A page's pictures travel beside the socket: what comes through it is small.
    with connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=2**26) as socket:
        yield Session(socket, patience)
