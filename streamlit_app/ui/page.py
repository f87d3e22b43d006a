"""The frame of every page."""

import streamlit as st

from ui.icon import icon
from ui.memory import keep_uploads_in_memory, return_large_blocks
from ui.style import apply_style
from ui.texts import address_of_language, ask_language, language, settle_language, text

NAME = "DigitLens"
PAGES = {
    "home": "Home.py",
    "prediction": "pages/1_Prediction.py",
    "architecture": "pages/2_Architecture.py",
    "performance": "pages/3_Performance.py",
}


def open_page(name: str) -> None:
    """Set up the page of this name, one of PAGES, and write its title: the first call of every page."""
    keep_uploads_in_memory()
    return_large_blocks()
    settle_language()
    title = text(f"page.{name}")
    st.set_page_config(page_title=f"{title} · {NAME}", page_icon=icon(), layout="wide")
    apply_style()
    with st.sidebar:
        for other in PAGES:
            link(other, text(f"page.{other}"))
        ask_language()
        _tell_browser_the_language()
        _begin_at_its_top(name)
    st.title(NAME if name == "home" else title, anchor=False)


def link(name: str, label: str) -> None:
    """Show a link to the page of this name."""
    st.page_link(PAGES[name], label=label, query_params=address_of_language())


def _tell_browser_the_language() -> None:
    """Have screen readers speak, and translators translate, from the right language."""
    script = f"<script>document.documentElement.lang = '{language()}'</script>"
    st.html(script, unsafe_allow_javascript=True)


def _begin_at_its_top(name: str) -> None:
    """Have a page that was not there before be seen from its top, and no menu over it.

    It would be scrolled as far as the page before it, and on a phone the sidebar would lie over it.
    """
    script = f"""<script>
if (window.shownPage !== '{name}') {{
  document.querySelector('[data-testid=stMain]').scrollTo(0, 0)
  const menu = document.querySelector('[data-testid=stSidebar][data-collapsed=false]')
  if (window.innerWidth < 768) menu?.querySelector('button[aria-expanded=true]')?.click()
}}
window.shownPage = '{name}'
</script>"""
    st.html(script, unsafe_allow_javascript=True)
