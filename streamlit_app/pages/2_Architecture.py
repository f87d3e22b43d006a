"""How the network is built and trained, and what its blocks see: all of it read from the network's own files."""

import streamlit as st

from inference import NetworkUnavailable
from ui import results
from ui.network import show_feature_maps, show_layers, show_overview, show_training
from ui.page import open_page
from ui.texts import said

open_page("architecture")
try:
    card = results.card()
except NetworkUnavailable as error:
    st.error(said(str(error)))
    st.stop()
show_overview(card)
show_layers(card)
show_feature_maps()
show_training(card)
