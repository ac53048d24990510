"""Texts: every kind has one, no text names what does not exist, missing values leave no holes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.notifications.catalogue import KINDS, channels_of
from callout.features.notifications.default_texts import default_text, default_texts, languages_to_try
from callout.features.notifications.rendering import (
    BrokenTemplate,
    render,
    sms_segments,
    unknown_variables,
    variables_of,
)


@pytest.mark.parametrize("key", sorted(KINDS))
def test_every_kind_has_an_english_text_on_every_channel(key):
    for channel in channels_of(key):
        text = default_text(key, channel, "en")
        assert text is not None, channel
        assert text.subject


def test_no_built_in_text_names_a_variable_that_does_not_exist():
    for text in default_texts():
        assert unknown_variables([text.subject or "", text.body], KINDS[text.key].variables) == [], text


def test_a_missing_value_prints_nothing_and_is_told():
    done = render("Hello {name}, your {thing} at {place}.", {"name": "Anna", "place": ""})
    assert (done.text, done.missing) == ("Hello Anna, your at .", ("thing", "place"))


def test_values_are_not_texts():
    assert render("{a}", {"a": "{b} {"}).text == "{b} {"


@pytest.mark.parametrize("text", ["{", "}", "{a", "{A}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{}", "{0}"])
def test_anything_but_a_plain_name_is_refused(text):
    with pytest.raises(BrokenTemplate):
        variables_of(text)


@given(st.text(max_size=60))
def test_a_text_is_either_refused_or_rendered(text):
    try:
        variables_of(text)
    except BrokenTemplate:
        return
    assert isinstance(render(text, {}).text, str)


@pytest.mark.parametrize(
    ("text", "segments"), [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("क" * 70, 1), ("क" * 71, 2)]
)
def test_sms_segments(text, segments):
    assert sms_segments(text) == segments


def test_languages_fall_back_to_their_base_and_to_english():
    assert languages_to_try("es-MX", "hi") == ["es-mx", "es", "hi", "en"]
    assert languages_to_try(None) == ["en"]


def test_a_label_goes_with_its_missing_value():
    done = render("View: {view}\nPay: {pay}\n\nThank you", {"view": "https://here.example"})
    assert (done.text, done.missing) == ("View: https://here.example\n\nThank you", ("pay",))


def test_a_text_of_one_line_is_never_left_empty():
    assert render("We come: {day}", {}).text == "We come:"
