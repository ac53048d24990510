"""A managed agent says first who calls and that an AI speaks, and keeps our rules."""

from decimal import Decimal

from callout.features.calling.agents.tables import Agent
from callout.features.calling.brain.brief import Brief
from callout.features.calling.managed.describing import managed_agent_of, values_of
from callout.features.calling.managed.judging import judged
from callout.features.conversations.model import Turn


def agent(**members):
    return Agent(**{
        "name": "Mia", "language": "en", "welcome_message": "Do you have a minute, {contact_name}?",
        "disclosure_line": "Hello, this is {agent_name}, an AI assistant calling for {business_name}.",
        "system_prompt": "Offer {service}; mind {braces}.", "tts_model": "eleven_flash_v2_5", "stability": Decimal("0.5"),
        "similarity_boost": Decimal("0.75"), "speed": Decimal(1), "llm_model": "gpt-4o-mini",
        "temperature": Decimal("0.7"), "max_tokens": 300, "max_call_duration_s": 240, "silence_timeout_s": 10,
        "auto_end_on_silence": True, "voicemail_action": "hang_up", "voicemail_message": "Call us back.", **members,
    })  # fmt: skip


def described(**members):
    return managed_agent_of(agent(**members), voice="rachel", records=False)


def test_the_disclosure_comes_first_in_the_providers_variables():
    first = described().first_message
    assert first.startswith("Hello, this is {{agent_name}}, an AI assistant calling for {{business_name}}. Do you")
    assert first.endswith("{{contact_name}}?")


def test_our_rules_come_before_the_tenants_words():
    made = described()
    assert made.prompt.index("outrank") < made.prompt.index("Offer {{service}}; mind {braces}.")
    assert made.variables == ("agent_name", "business_name", "contact_name", "service", "call_script")


def test_what_a_certain_call_adds_comes_with_the_call():
    assert described().prompt.endswith("{{call_script}}")
    brief = Brief(call_id="c", agent_name="Mia", business_name="Bright", disclosure_line="", welcome_message="")
    values = values_of(brief, script="Ask for {service}.")
    assert (values["agent_name"], values["contact_name"]) == ("Mia", "")
    assert values["call_script"] == "For this call: Ask for."
    assert values_of(brief, script=None)["call_script"] == ""


def test_a_talk_somebody_else_held_is_judged_like_our_own():
    brief = Brief(
        call_id="c",
        agent_name="Mia",
        business_name="Bright",
        disclosure_line="Hello, this is {agent_name}, an AI assistant calling for {business_name}.",
    )
    first = Turn(seq=1, speaker="agent", content="Hello, this is Mia, an AI assistant calling for Bright.")
    angry = judged(brief, [first, Turn(seq=2, speaker="customer", content="Remove me from your list.")])
    assert (angry.disposition, angry.end_reason, angry.opted_out, angry.answered_by) == (
        "do_not_call", "opt_out", True, "human",
    )  # fmt: skip
    assert next(proof for proof in angry.compliance if proof.rule == "disclosure").ok
    taped = [first, Turn(seq=2, speaker="customer", content="Please leave a message after the tone.")]
    assert (judged(brief, taped).disposition, judged(brief, taped).answered_by) == ("voicemail", "machine")
    assert judged(brief, [first]).disposition == "no_decision"


def test_a_machine_hears_a_message_only_where_one_is_to_be_left():
    assert described().voicemail_message is None
    assert described(voicemail_action="leave_message").voicemail_message == "Call us back."


def test_silence_ends_a_call_only_where_it_is_to():
    assert described().silence_timeout_s == 10
    assert described(auto_end_on_silence=False).silence_timeout_s is None
