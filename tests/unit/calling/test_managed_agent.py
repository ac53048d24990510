"""A managed agent says first who calls and that an AI speaks, and keeps our rules."""

from decimal import Decimal

from callout.features.calling.agents.tables import Agent
from callout.features.calling.managed.describing import managed_agent_of


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
    assert made.variables == ("agent_name", "business_name", "contact_name", "service")


def test_a_machine_hears_a_message_only_where_one_is_to_be_left():
    assert described().voicemail_message is None
    assert described(voicemail_action="leave_message").voicemail_message == "Call us back."


def test_silence_ends_a_call_only_where_it_is_to():
    assert described().silence_timeout_s == 10
    assert described(auto_end_on_silence=False).silence_timeout_s is None
