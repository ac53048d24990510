"""Refusals of campaigns."""

from callout.kit.errors import Conflict


class NothingToDial(Conflict):
    """Carries `preflight`."""

    code = "nothing_to_dial"
    title = "Nothing to dial"
    default_detail = "None of the contacts may be called, now or later. The pre-flight says why."


class CampaignInUse(Conflict):
    code = "in_use"
    title = "In use"
    default_detail = "A campaign that has begun is kept. Cancel it instead."
