"""What can go wrong between an offer and its answer, and with a policy."""

from typing import Any

from callout.kit.errors import Conflict, Gone, Unprocessable


class OfferTaken(Conflict):
    code = "offer_taken"
    title = "Offer taken"
    default_detail = "This job has already gone to somebody else."


class OfferExpired(Gone):
    code = "offer_expired"
    title = "Offer expired"
    default_detail = "The time to answer this offer is over."


class AtCapacity(Conflict):
    code = "at_capacity"
    title = "At capacity"
    default_detail = "You already have as many open jobs as you can take."


class OfferAnswered(Conflict):
    code = "invalid_transition"
    title = "Offer already answered"
    default_detail = "This offer has already been answered."

    def __init__(self, current: str, wanted: str) -> None:
        words: dict[str, Any] = {"from": current, "to": wanted, "allowed": []}
        super().__init__(f"This offer is {current} and cannot become {wanted}.", **words)


class NoCandidates(Unprocessable):
    code = "no_candidates"
    title = "No candidates"
    default_detail = "No vendor fits this job."


class WeightsSum(Unprocessable):
    code = "weights_sum"
    title = "Weights do not add up"
    default_detail = "The weights of every class must add up to 1."


class PolicyRefused(Unprocessable):
    title = "Policy refused"


class NotSimulated(Conflict):
    code = "not_simulated"
    title = "Not simulated"
    default_detail = "Simulate this version first, or force the activation with a note."
