"""Refusals of plans."""

from callout.kit.errors import PaymentRequired


class PlanLimitReached(PaymentRequired):
    code = "plan_limit_reached"
    title = "Plan limit reached"


class TrialExpired(PaymentRequired):
    code = "trial_expired"
    title = "Trial is over"
    default_detail = "The trial is over. Choose a plan to go on; everything stays readable."


class SubscriptionInactive(PaymentRequired):
    code = "subscription_inactive"
    title = "Subscription inactive"
    default_detail = "The subscription has ended. Choose a plan to go on; everything stays readable."
