"""What in a digit speaks for an answer, and what against it: the network's last layer taken apart, place by place."""

import numpy as np
import streamlit as st

from inference import Prediction
from inference.samples import DIGITS
from inference.verdict import NOT_A_DIGIT, verdict
from ui import results
from ui.architecture.explain import class_map, score
from ui.architecture.weights import Head
from ui.pictures import picture
from ui.texts import text
from ui.tints import laid_over
from ui.words import added, in_sum, number

BOX = 170  # pixels: two beside each other on a phone


def show_class_maps(digit: np.ndarray, last: np.ndarray, head: Head, prediction: Prediction) -> None:
    """Show the class activation map of the answer, of the runner-up, and of any digit that is asked for.

    ``digit`` (28, 28) uint8; ``last`` (R, C, F): the maps of the last block.
    """
    best = [place for place, _ in prediction.top(2)]
    if verdict(prediction, results.classifier()) == NOT_A_DIGIT:
        title = text("class_map.title_if", digit=prediction.digit)
    else:
        title = text("class_map.title", digit=prediction.digit)
    st.subheader(title, anchor=False)
    asked = {"default": best, "selection_mode": "multi", "key": f"class_maps_{best}"}  # a new answer: its own two
    shown = st.container(horizontal=True)
    st.caption(text("class_map.hint"))
    chosen = st.pills(text("class_map.which"), DIGITS, wrap=True, **asked)
    found = {place: class_map(last, head, place) for place in chosen}
    most = max((float(np.abs(one).max()) for one in found.values()), default=1.0)
    with shown:
        for place, one in found.items():
            total, bias = score(last, head, place), float(head.biases[place])
            sum_ = f"{number(in_sum(total, -bias), 2)} {added(bias, 2)} = **{number(total, 2)}**"
            rank = best.index(place) if place in best else 2
            with st.container(width=BOX, gap="xxsmall"):
                st.markdown(text(f"class_map.rank_{rank}", digit=place))
                picture(laid_over(digit, one, most), "", box=BOX, alt=text("class_map.alt", digit=place))
                st.caption(text("class_map.score", sum=sum_))
    st.caption(text("class_map.sum"))
