"""The phone call a line is part of, steered through the telephony port."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from callout.features.calling.ports import (
    Conference,
    Forward,
    NotThere,
    ProviderCall,
    ProviderFailed,
    Speak,
    Telephony,
)

RING_S = 30
"""How long a person of the business may let it ring."""
_SPARE_S = 10
_NOBODY = "Nobody answered at that number."
_OVER = frozenset({"completed", "failed", "no_answer", "busy", "cancelled"})
_LOCALES = {"en": "en-US", "es": "es-ES", "fr": "fr-FR", "de": "de-DE", "it": "it-IT", "pt": "pt-PT", "nl": "nl-NL"}


class TelephonyCarrier:
    """One call at the provider. Implements `Carrier`."""

    def __init__(self, telephony: Telephony, external_id: str, *, status_url: str, look_every_s: float = 1.0) -> None:
        """`status_url` is told about a further call that is made to bring in a person, who is waited for by looks."""
        self._telephony = telephony
        self._external_id = external_id
        self._status_url, self._look_every_s = status_url, look_every_s

    async def transfer(self, to: str) -> None:
        """See `Carrier.transfer`."""
        await self._telephony.redirect(self._external_id, Forward(to=to))

    async def take_over(self, to: str) -> None:
        """Brings the customer and a person of the business together in a conference, once that person has answered.

        Raises:
            ProviderFailed: one of them could not be reached; the customer's call goes on where it is then.
        """
        call = await self._running()
        room = f"call-{self._external_id}"
        person = await self._telephony.dial_into(
            Conference(name=room, starts=True, ends=True),
            to=to,
            from_number=call.from_number,
            status_url=self._status_url,
            ring_timeout_s=RING_S,
        )
        try:
            await asyncio.wait_for(self._answered(person.external_id), RING_S + _SPARE_S)
            await self._telephony.redirect(self._external_id, Conference(name=room, starts=False, ends=True))
        except TimeoutError as late:
            await self._quietly_end(person.external_id)
            raise NotThere(_NOBODY) from late
        except BaseException:
            await self._quietly_end(person.external_id)
            raise

    async def _answered(self, person_id: str) -> None:
        while True:
            person = await self._telephony.call(person_id)
            if person is None or person.status in _OVER:
                raise NotThere(_NOBODY)
            if person.status == "in_progress":
                return
            await self._running()
            await asyncio.sleep(self._look_every_s)

    async def _quietly_end(self, call_id: str) -> None:
        with suppress(ProviderFailed):
            await self._telephony.end_call(call_id)

    async def _running(self) -> ProviderCall:
        call = await self._telephony.call(self._external_id)
        if call is None or call.status in _OVER:
            raise NotThere("The call is over.")
        return call

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
