"""One way to show an answer, whatever the mode: what stands beside the input, and what stands below."""

import streamlit as st

from inference import Prediction
from inference.quality import WEIGHTS
from inference.steps import STEPS, SURE
from inference.tta import looks
from inference.verdict import BLANK, DIGIT, NOT_A_DIGIT, SEVERAL_DIGITS, UNSURE
from ui import results
from ui.answer import Answer
from ui.charts import probability_chart, show_chart
from ui.pictures import picture
from ui.words import NOT_A_DIGIT_WORDS, SEVERAL_DIGITS_WORDS, duration, percent, verdict_name

ADVICE_ON_1_AND_7 = (
    "1 and 7 are easily confused. Write the 1 as one plain stroke, or with a short upstroke; give the 7 a long, level"
    " top, and a bar if you like."
)
TILE = 170  # pixels: two steps beside each other on a phone, four on a desktop
VOTE = 104  # pixels: three looks beside each other on a phone


# --- What is shown beside the input ----------------------------------------------------------------------------


def show_answer(answer: Answer) -> None:
    """Show the verdict, the original beside what the network reads, and the three best guesses."""
    if answer.problem:
        st.error(answer.problem)
    _show_verdict(answer)
    if answer.trace:
        _show_pair(answer)
    if answer.prediction is None:
        return
    for digit, probability in answer.prediction.top(3):
        st.progress(min(1.0, probability), f"**{digit}** · {percent(probability)}")
    if answer.trace and {digit for digit, _ in answer.prediction.top(2)} == {1, 7}:
        (st.caption if answer.verdict == DIGIT else st.info)(ADVICE_ON_1_AND_7)


def _show_pair(answer: Answer) -> None:
    with st.container(horizontal=True):
        picture(answer.original, "What you gave", box=150, alt="The image as it was given, upright")
        if answer.digit is not None:
            picture(answer.digit, "What the network reads", box=150, alt="The digit, white on black, 28×28 pixels")


def _show_verdict(answer: Answer) -> None:
    if answer.verdict == BLANK or answer.digit is None:
        st.warning(f"**No digit was found.** {answer.quality.advice if answer.quality else ''}")
    if answer.prediction is None:
        return
    with st.container(border=True, horizontal=True):
        st.metric("Digit", str(answer.prediction.digit), width=48)
        st.metric("Confidence", percent(answer.prediction.confidence), width="content")
        st.metric("Verdict", verdict_name(answer.verdict), width="content")
    if answer.verdict == UNSURE:
        st.warning(" ".join(["**Unsure: this guess may well be wrong.**", *_why_unsure(answer)]))
    if answer.verdict == NOT_A_DIGIT:
        st.warning(NOT_A_DIGIT_WORDS.format(digit=answer.prediction.digit))
    if answer.verdict == SEVERAL_DIGITS:
        st.info(SEVERAL_DIGITS_WORDS.format(digit=answer.prediction.digit))
    if answer.label is not None:
        if answer.label == answer.prediction.digit:
            st.success(f"**Right.** The label is {answer.label}.")
        else:
            st.error(f"**Wrong.** The label is {answer.label}.")


def _why_unsure(answer: Answer) -> list[str]:
    """Return a sentence for each thing that is in doubt: the network's reading, and the ink that it was given."""
    least, words = results.classifier().unsure_below, []
    if answer.prediction.confidence < least:
        words.append(f"An answer counts as sure from a confidence of {percent(least)} on.")
    if answer.certainty < SURE:
        words.append(
            "It is not clear which ink in the photo is the digit: check the picture of what the network reads."
        )
    return words


# --- What is shown below ---------------------------------------------------------------------------------------


def show_details(answer: Answer) -> None:
    """Show the ten probabilities, the votes, the quality and the steps, as far as the answer has them."""
    left, right = st.columns(2, gap="medium")
    if answer.prediction is not None:
        with left:
            _show_probabilities(answer.prediction)
    if answer.quality is not None:
        with right if answer.prediction is not None else left:
            _show_quality(answer)
    if answer.prediction is not None and answer.prediction.votes:
        _show_votes(answer)
    if answer.trace:
        _show_steps(answer)


def _show_probabilities(prediction: Prediction) -> None:
    st.subheader("Ten probabilities", anchor=False)
    show_chart(probability_chart(prediction.probabilities), alt="Bar chart: the probability of each digit")


def _show_quality(answer: Answer) -> None:
    quality = answer.quality
    st.subheader("Quality of the picture", anchor=False)
    st.markdown(f"**{quality.level.capitalize()}** · score {percent(quality.score, 0)}")
    for name, weight in WEIGHTS.items():
        value = getattr(quality, name)
        title = name.replace("_", " ").capitalize()
        st.progress(value, f"{title} {percent(value, 0)} · counts for {percent(weight, 0)}")
    if quality.advice and answer.verdict != BLANK:  # the verdict has said it
        st.info(quality.advice)


def _show_votes(answer: Answer) -> None:
    votes = answer.prediction.votes
    st.subheader("Several looks (TTA)", anchor=False)
    st.caption(f"The digit is read in each of these {len(votes)} views; the mean of the answers counts.")
    with st.container(horizontal=True):
        for image, (view, digit, confidence) in zip(looks(answer.digit), votes, strict=True):
            caption = f"{view.name}: {digit} · {percent(confidence)}"
            picture(image, caption, box=VOTE, alt=f"The digit {view.name}")


def _show_steps(answer: Answer) -> None:
    st.subheader("The eleven steps", anchor=False)
    if len(answer.trace) < len(STEPS):
        st.caption(f"The steps end at number {len(answer.trace)}: no digit was found there.")
    elif answer.elapsed_ms is not None:
        st.caption(f"From the opened photo to the answer: {duration(answer.elapsed_ms / 1000)}.")
    with st.container(horizontal=True):
        for step in answer.trace:
            with st.container(width=TILE, gap="xsmall"):
                st.markdown(f"**{step.number} · {step.title}**")
                picture(step.image, "", box=TILE, alt=f"The image after step {step.number}, {step.title}")
                st.caption(f"{step.caption} *{step.note}*" if step.note else step.caption)
