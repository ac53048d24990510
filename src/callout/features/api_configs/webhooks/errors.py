"""What outgoing webhooks refuse."""

from callout.kit.errors import Conflict, Unprocessable


class TooManyEndpoints(Conflict):
    code = "too_many_endpoints"
    title = "Too many endpoints"
    default_detail = "A business has at most 20 webhook endpoints; delete one first."


class AddressNotAllowed(Unprocessable):
    code = "address_not_allowed"
    title = "Address not allowed"


class EndpointOff(Conflict):
    code = "endpoint_inactive"
    title = "Endpoint switched off"
    default_detail = "This endpoint is switched off; switch it on first."
