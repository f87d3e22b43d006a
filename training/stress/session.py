"""A person's session with the dashboard, without a browser: what a page's script takes from a click to its end."""

import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


class Session:
    """One open page. Used as a context manager."""

    def __init__(self, port: int, patience: float = 60):
        self.patience = patience
        # A page's pictures travel beside the socket; what comes through it is small.
        self.socket = connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=2**26)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *error) -> None:
        self.socket.close()

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
