"""The dashboard and the REST API in one process, on one port: ``streamlit run streamlit_app/server.py``."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from api.app import create_api
from api.guard import ApiFirst, SecurityHeaders
from inference.limits import LimitError, Limits, frame_ancestors
from ui.memory import keep_uploads_in_memory, return_large_blocks

try:
    limits, framed_by = Limits.from_environment(), frame_ancestors()
except LimitError as error:
    raise SystemExit(f"DigitLens does not start: {error}") from error
keep_uploads_in_memory()
return_large_blocks()
app = st.App(
    Path(__file__).with_name("Home.py"),
    middleware=[Middleware(SecurityHeaders, framed_by), Middleware(ApiFirst, create_api(limits))],
)
