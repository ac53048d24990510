"""The phone call a line is part of, steered through the telephony port."""

from __future__ import annotations

from callout.features.calling.ports import Conference, Forward, NotThere, ProviderFailed, Speak, Telephony

_LOCALES = {"en": "en-US", "es": "es-ES", "fr": "fr-FR", "de": "de-DE", "it": "it-IT", "pt": "pt-PT", "nl": "nl-NL"}


class TelephonyCarrier:
    """One call at the provider. Implements `Carrier`."""

    def __init__(self, telephony: Telephony, external_id: str, *, status_url: str) -> None:
        """`status_url` is told about a further call that is made to bring in a person."""
        self._telephony = telephony
        self._external_id = external_id
        self._status_url = status_url

    async def transfer(self, to: str) -> None:
        """See `Carrier.transfer`."""
        await self._telephony.redirect(self._external_id, Forward(to=to))

    async def take_over(self, to: str) -> None:
        """Brings the customer and a person of the business together in a conference.

        Raises:
            ProviderFailed: one of them could not be reached; the customer's call goes on where it is then.
        """
        call = await self._telephony.call(self._external_id)
        if call is None:
            raise NotThere("The call is over.")
        room = f"call-{self._external_id}"
        person = Conference(name=room, starts=True, ends=True)
        await self._telephony.dial_into(person, to=to, from_number=call.from_number, status_url=self._status_url)
        await self._telephony.redirect(self._external_id, Conference(name=room, starts=False, ends=True))

    async def say_instead(self, text: str, language: str) -> None:
        """See `Carrier.say_instead`."""
        speak = Speak(text=text, language=_LOCALES.get(language[:2], language))
        try:
            await self._telephony.redirect(self._external_id, speak)
        except ProviderFailed:
            await self.hang_up()

    async def hang_up(self) -> None:
        """See `Carrier.hang_up`."""
        await self._telephony.end_call(self._external_id)


class NoCarrier:
    """Where the line is all there is, such as in a browser: closing it ends the call. Implements `Carrier`."""

    async def transfer(self, to: str) -> None:
        """There is nobody to transfer to."""
        raise NotThere("There is no phone call to transfer.")

    async def take_over(self, to: str) -> None:
        """There is nobody to bring together."""
        raise NotThere("There is no phone call to take over.")

    async def say_instead(self, text: str, language: str) -> None:
        """Nothing else can speak."""

    async def hang_up(self) -> None:
        """Closing the line is enough."""
