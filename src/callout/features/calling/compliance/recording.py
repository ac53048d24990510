"""What has to be said or asked before a call is recorded (product specification §10.1)."""

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.calling.brain.brief import RecordingRule
from callout.features.calling.compliance.numbering import NumberFacts, number_facts
from callout.features.calling.compliance.profiles import profile_of
from callout.kit.db.work import Work


async def recording_rule(work: Work, phone: str | None) -> RecordingRule:
    """Whether calls with a number are recorded, and how: none, announce, or ask first.

    Args:
        work: of the tenant; its settings may leave recording out altogether, or announce where asking is not needed.
        phone: E.164; None for a browser.
    """
    settings = await tenant_settings(work)
    policy = settings["compliance.recording_policy"]
    if not settings["calling.recording"] or policy == "never_record" or phone is None:
        return "none"
    return rule_for(number_facts(phone))


def rule_for(number: NumberFacts) -> RecordingRule:
    """The rule of the callee's country, and of its state where the law is the state's; the stricter one if unknown."""
    profile = profile_of(number.country)
    if number.state is not None:
        return profile.recording_by_state.get(number.state, profile.recording)
    return profile.recording_unknown_state or profile.recording
