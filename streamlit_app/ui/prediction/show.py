"""One way to show an answer, whatever the mode: what stands beside the input, and what stands below."""

import streamlit as st

from inference.candidates import SURE
from inference.quality import WEIGHTS
from inference.steps import STEPS
from inference.tta import looks
from inference.verdict import BLANK, DIGIT, NOT_A_DIGIT, SEVERAL_DIGITS, UNSURE
from ui import results
from ui.answer import Answer
from ui.charts import probability_chart, show_chart
from ui.pictures import picture
from ui.texts import said, step_words, text
from ui.words import confidence, duration, percent, view

TILE = 170  # pixels: two steps beside each other on a phone, four on a desktop
READ = 150  # pixels: room for three bars beside it on a phone
VOTE = 104  # pixels: three looks beside each other on a phone


# --- What is shown beside the input ----------------------------------------------------------------------------


def show_answer(answer: Answer) -> None:
    """Show the verdict, and what the network reads beside the three best guesses."""
    show_verdict(answer)
    show_guesses(answer)


def show_guesses(answer: Answer) -> None:
    """Show what the network reads beside the three best guesses."""
    if answer.digit is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if answer.trace:  # an image of MNIST is what the network reads already
            picture(answer.digit, text("answer.read"), box=READ, alt=text("answer.read_alt"))
        if answer.prediction is not None:
            with st.container(width="stretch"):
                if answer.verdict == NOT_A_DIGIT:
                    st.caption(text("answer.if_it_were"))
                for digit, probability in answer.prediction.top(3):
                    st.progress(min(1.0, probability), f"**{digit}** · {confidence(probability)}")
    if answer.trace and answer.prediction is not None and {digit for digit, _ in answer.prediction.top(2)} == {1, 7}:
        (st.caption if answer.verdict == DIGIT else st.info)(text("answer.one_and_seven"))


def show_verdict(answer: Answer) -> None:
    """Show the digit, how sure it is, and what is to be said about it."""
    if answer.problem:
        st.error(said(answer.problem))
    if answer.verdict == BLANK or answer.digit is None:
        st.warning(f"**{text('answer.none_found')}** {said(answer.quality.advice) if answer.quality else ''}")
    if answer.prediction is None:
        return
    with st.container(border=True, horizontal=True):
        if answer.verdict == NOT_A_DIGIT:
            st.metric(text("answer.verdict"), text(f"verdict.{answer.verdict}"), width="content")
            st.metric(text("answer.most_like"), str(answer.prediction.digit), width="content")
        else:
            st.metric(text("answer.digit"), str(answer.prediction.digit), width=48)
            st.metric(text("answer.confidence"), confidence(answer.prediction.confidence), width="content")
            st.metric(text("answer.verdict"), text(f"verdict.{answer.verdict}"), width="content")
    if answer.verdict == UNSURE:
        st.warning(" ".join([f"**{text('answer.unsure')}**", *_why_unsure(answer)]))
    if answer.verdict == NOT_A_DIGIT:
        st.warning(text("answer.not_a_digit"))
    if answer.verdict == SEVERAL_DIGITS:
        st.info(text("answer.several_digits", digit=answer.prediction.digit))
    if answer.label is not None:
        if answer.label == answer.prediction.digit:
            st.success(text("answer.right", label=answer.label))
        else:
            st.error(text("answer.wrong", label=answer.label))


def _why_unsure(answer: Answer) -> list[str]:
    """Return a sentence for each thing that is in doubt: the network's reading, and the ink that it was given."""
    least, words = results.classifier().unsure_below, []
    if answer.prediction.confidence < least:
        words.append(text("answer.low_confidence", least=percent(least)))
    if answer.certainty < SURE:
        words.append(text("answer.unclear_ink"))
    return words


# --- What is shown below ---------------------------------------------------------------------------------------


def show_details(answer: Answer) -> None:
    """Show the ten probabilities, the votes, the quality and the steps, as far as the answer has them."""
    left, right = st.columns(2, gap="medium")
    if answer.prediction is not None:
        with left:
            _show_probabilities(answer)
    if answer.quality is not None:
        with right if answer.prediction is not None else left:
            _show_quality(answer)
    if answer.prediction is not None and answer.prediction.votes:
        _show_votes(answer)
    show_steps(answer)


def _show_probabilities(answer: Answer) -> None:
    st.subheader(text("answer.probabilities"), anchor=False)
    if answer.verdict == NOT_A_DIGIT:
        st.caption(text("answer.if_it_were"))
    show_chart(probability_chart(answer.prediction.probabilities), alt=text("answer.probabilities_alt"))


def _show_quality(answer: Answer) -> None:
    quality = answer.quality
    st.subheader(text("quality.title"), anchor=False)
    st.markdown(f"**{text(f'quality.{quality.level}')}** · {text('quality.score', score=percent(quality.score, 0))}")
    for name, weight in WEIGHTS.items():
        value, title = getattr(quality, name), text(f"quality.{name}")
        words = text("quality.measure", name=title, value=percent(value, 0), weight=percent(weight, 0))
        st.progress(value, words)
    if quality.advice and answer.verdict != BLANK:  # the verdict has said it
        st.info(said(quality.advice))


def _show_votes(answer: Answer) -> None:
    votes = answer.prediction.votes
    st.subheader(text("answer.votes"), anchor=False)
    st.caption(text("answer.votes_hint", count=len(votes)))
    with st.container(horizontal=True):
        for image, (look, digit, sureness) in zip(looks(answer.digit), votes, strict=True):
            words = view(look.name)
            caption = text("answer.vote", view=words, digit=digit, confidence=confidence(sureness))
            picture(image, caption, box=VOTE, alt=text("answer.vote_alt", view=words))


def show_steps(answer: Answer) -> None:
    """Show the eleven steps as pictures with captions, as far as they went; an image that took none has none."""
    if not answer.trace:
        return
    st.subheader(text("answer.steps"), anchor=False)
    if len(answer.trace) < len(STEPS):
        st.caption(text("answer.steps_end", number=len(answer.trace)))
    elif answer.elapsed_ms is not None:
        st.caption(text("answer.steps_time", duration=duration(answer.elapsed_ms / 1000)))
    with st.container(horizontal=True):
        for step, made in zip(STEPS, answer.trace, strict=False):
            title, caption = step_words(step)
            with st.container(width=TILE, gap="xsmall"):
                st.markdown(f"**{made.number} · {title}**")
                picture(made.image, "", box=TILE, alt=text("answer.step_alt", number=made.number, title=title))
                st.caption(f"{caption} *{said(made.note)}*" if made.note else caption)
