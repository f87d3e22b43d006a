"""Pasting a picture: what the clipboard holds goes into the upload field, as if it had been chosen there."""

import streamlit as st

# Streamlit's upload field takes files that are chosen or dropped. The listener outlives a change of the page: it is
# added once, and does nothing where there is no upload field.
SCRIPT = """<script>
if (!window.takesPastedFiles) {
  window.takesPastedFiles = true
  document.addEventListener('paste', event => {
    const field = document.querySelector('[data-testid=stFileUploaderDropzoneInput]')
    if (!field || !event.clipboardData.files.length) return
    field.files = event.clipboardData.files
    field.dispatchEvent(new Event('change', { bubbles: true }))
  })
}
</script>"""


def accept_pastes() -> None:
    """Have the upload field of the page take a picture that is pasted anywhere on the page."""
    with st.sidebar:  # where an element without a look leaves no gap between input and answer
        st.html(SCRIPT, unsafe_allow_javascript=True)
