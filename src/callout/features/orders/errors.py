"""What may be refused about an order."""

from collections.abc import Sequence

from callout.kit.errors import Conflict, Forbidden, Gone, NotFound, Unprocessable


class OrderNotFound(NotFound):
    default_detail = "There is no such order."


class NotYourOrder(Forbidden):
    code = "not_your_order"
    title = "Not your order"
    default_detail = "Only the vendor who holds this order may change it."


class InvalidTransition(Conflict):
    """The order's lifecycle has no such step from here; `allowed` names the states that can follow."""

    code = "invalid_transition"
    title = "Not possible in this state"

    def __init__(self, current: str, wanted: str, allowed: Sequence[str]) -> None:
        following = ", ".join(allowed) if allowed else "nothing: this state is final"
        super().__init__(
            f"An order that is {current} cannot become {wanted}. Possible from here: {following}.",
        )
        self.members |= {"from": current, "to": wanted, "allowed": list(allowed)}


class BeforePhotoRequired(Unprocessable):
    code = "before_photo_required"
    title = "Before photo required"
    default_detail = "Add a photo of the place before the work starts."


class AfterPhotoRequired(Unprocessable):
    code = "after_photo_required"
    title = "After photo required"
    default_detail = "Add a photo of the finished work."


class PriceRequired(Unprocessable):
    code = "price_required"
    title = "Price required"
    default_detail = "Enter the price agreed with the customer; 0 is a price."


class CodeRequired(Unprocessable):
    code = "code_required"
    title = "Customer code required"
    default_detail = "Enter the code the customer has; it is missing or wrong."


class PriceLocked(Conflict):
    code = "invalid_transition"
    title = "Price is locked"
    default_detail = "The order is finished. Correct its price by a credit note and a new order."


class AlreadyRated(Conflict):
    code = "already_rated"
    title = "Already rated"
    default_detail = "This order has been rated; the rating can no longer be changed."


class LinkExpired(Gone):
    code = "link_expired"
    title = "Link expired"
    default_detail = "This link is no longer valid. Ask the business for a new one."


class DetailsWithheld(Forbidden):
    default_detail = "The customer's details are shown once you have accepted the order."


class PhotoInUse(Conflict):
    code = "in_use"
    title = "Photo is in use"
    default_detail = "The photos of a finished order belong to its record and cannot change."


class TooManyPhotos(Unprocessable):
    default_detail = "An order holds at most 10 photos of each stage."
