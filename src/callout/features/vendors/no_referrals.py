"""The referral codes of an installation without a referral programme: none."""

from uuid import UUID

from callout.features.vendors.errors import InvalidCode
from callout.kit.db.work import Work


class NoReferralCodes:
    """A `ReferralCodes` that knows no code."""

    async def use(self, work: Work, code: str, vendor_id: UUID) -> str:
        """Refuses every code.

        Raises:
            InvalidCode: always.
        """
        raise InvalidCode.at("referral_code", "there is no such referral code", code="invalid_code")
