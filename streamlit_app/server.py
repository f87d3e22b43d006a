"""The dashboard and the REST API in one process, on one port: ``streamlit run streamlit_app/server.py``."""

import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from api.app import create_api
from api.guard import ApiFirst, SecurityHeaders
from inference.limits import Limits
from ui.memory import keep_uploads_in_memory, return_large_blocks

keep_uploads_in_memory()
return_large_blocks()
app = st.App(
    Path(__file__).with_name("Home.py"),
    middleware=[
        Middleware(SecurityHeaders, os.environ.get("DIGITLENS_FRAME_ANCESTORS", "'self'")),
        Middleware(ApiFirst, create_api(Limits.from_environment())),
    ],
)
