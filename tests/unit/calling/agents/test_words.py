"""What an agent says first, what is filled in, and how knowledge is cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.calling.agents.chunking import OVERLAP, SIZE, chunks
from callout.features.calling.agents.disclosure import DEFAULT_LINE, complaint, terms_of
from callout.features.calling.agents.html_text import text_of_html
from callout.features.calling.agents.options import options_view
from callout.features.calling.agents.schemas import AgentPatch
from callout.features.calling.agents.variables import filled, unknown_variables
from callout.features.calling.agents.word_forms import config_of, searchable
from callout.features.calling.ports import SpeechModel


@pytest.mark.parametrize(
    ("line", "language"),
    [
        (DEFAULT_LINE, "en"),
        ("Hi, an automated call from {business_name}.", "en-GB"),
        ("Guten Tag, hier ist der KI-Assistent von {business_name}.", "de-AT"),
        ("Bonjour, je suis l'assistante virtuelle de {business_name}.", "fr"),
        ("Hola, soy una IA de {business_name}.", "es"),
        ("नमस्ते, मैं {business_name} की एआई हूँ।", "hi"),
        ("こんにちは、{business_name}の自動音声です。", "ja"),
        ("Hello, an AI here for {business_name}.", "tlh"),
    ],
)
def test_a_line_that_says_who_calls_and_that_no_human_speaks_is_enough(line: str, language: str) -> None:
    assert complaint(line, language) is None


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Hello, this is Mia, an AI assistant.", "en"),
        ("Hello, this is Mia from {business_name}.", "en"),
        ("Hello from {business_name}, I said so.", "en"),
        ("I am on air, paid by {business_name}.", "en"),
        ("Guten Tag, hier ist Kira von {business_name}.", "de"),
        ("Hello from {business_name}, aids and fairs.", "en"),
    ],
)
def test_a_line_without_either_is_refused(line: str, language: str) -> None:
    assert complaint(line, language) is not None


def test_every_language_falls_back_to_english_words() -> None:
    assert "AI" in terms_of("fr-CA")
    assert terms_of("fr-CA")[0] == "IA"


def test_only_known_variables_are_filled_and_others_are_named() -> None:
    assert unknown_variables("Hello {contact_name}, {price} or {weather}?") == ["price", "weather"]
    assert unknown_variables('Answer as {"a": 1} or {two words}') == []
    values = {"contact_name": "Anna", "service": ""}
    assert filled("Hello {contact_name} , about {service} . {other}", values) == "Hello Anna, about. {other}"


@given(st.text(alphabet="ab .\n!?", max_size=4000))
def test_chunks_are_small_overlap_and_lose_nothing(text: str) -> None:
    found = chunks(text)
    assert all(0 < len(chunk) <= SIZE for chunk in found)
    kept = "".join("".join(found).split())
    assert set("".join(text.split())) <= set(kept) | {""}
    assert len(kept) >= len("".join(text.split()))


def test_chunks_end_with_sentences_and_begin_where_the_last_was_not_done() -> None:
    text = " ".join(f"Sentence number {number} says something about cleaning." for number in range(60))
    found = chunks(text)
    assert len(found) > 3
    for earlier, later in itertools.pairwise(found):
        assert earlier.endswith(".")
        shared = next(size for size in range(OVERLAP + 1, -1, -1) if earlier.endswith(later[:size]))
        assert 20 < shared <= OVERLAP


def test_a_page_is_read_without_what_surrounds_it() -> None:
    html = """<html><head><title>Prices</title><style>p{}</style></head><body><nav>Home About</nav>
    <main><h1>Prices</h1><p>A deep clean costs <b>$180</b>.</p><table><tr><td>Windows</td><td>$5</td></tr></table>
    <script>alert(1)</script></main><footer>(c)</footer></body></html>"""
    text = text_of_html(html)
    assert text.splitlines() == ["Prices", "A deep clean costs $180.", "Windows $5"]
    assert text_of_html("") == ""


def test_languages_have_their_own_word_forms_and_unspaced_scripts_are_paired() -> None:
    assert (config_of("de-AT"), config_of("pt-BR"), config_of("xx")) == ("german", "portuguese", "simple")
    assert searchable("清掃料金 is").split() == ["清掃", "掃料", "料金", "is"]


def test_the_provider_wins_over_what_we_know_of_its_models() -> None:
    offered = [
        SpeechModel(id="eleven_flash_v2_5", name="Flash!", languages=("en", "de")),
        SpeechModel(id="new", name="New"),
    ]
    view = options_view(offered)
    assert [model["id"] for model in view["tts_models"]] == ["eleven_flash_v2_5", "new"]
    assert view["tts_models"][0]["name"] == "Flash!"
    assert view["tts_models"][0]["latency"] == "75 ms"
    assert {row["code"] for row in view["languages"]} == {"en", "de"}
    assert view["defaults"]["tts_model"] == "eleven_flash_v2_5"
    assert len(options_view()["tts_models"]) > 2


def test_a_patch_may_clear_only_what_may_be_empty() -> None:
    assert AgentPatch(description=None).given() == {"description": None}
    for name in ("name", "status", "tts_model", "speed", "voice_id"):
        with pytest.raises(ValueError, match=r"null|valid"):
            AgentPatch.model_validate({name: None})
