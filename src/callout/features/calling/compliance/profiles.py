"""The calling rules of a country, read from `profiles.toml`: hours, bases that permit a call, recording."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from callout.features.calling.compliance.us_states import hours_in, states_view
from callout.features.calling.compliance.windows import LIMIT, Week, hours_of, intersect, week_of_spans

Purpose = Literal["marketing", "service"]
Recording = Literal["announce", "ask"]
_FILE = Path(__file__).parent / "profiles.toml"


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What the law of a region leaves, as this product reads it. No legal advice.

    Attributes:
        hours: when calls may begin unless the tenant says otherwise.
        widest: hours the tenant's own may not leave.
        bases: per purpose the grounds that permit a call by an AI voice.
        recording: what is asked before a recording begins; `recording_by_state` where a state is stricter.
        registry_max_age_days: a do-not-call registry older than this is no protection any more.
        sources: headings of docs/compliance.md.
    """

    code: str
    countries: tuple[str, ...]
    hours: Week
    widest: Week
    bases: Mapping[str, tuple[str, ...]]
    recording: Recording
    reviewed: date
    recording_by_state: Mapping[str, Recording] = {}
    recording_unknown_state: Recording | None = None
    registry_max_age_days: int | None = None
    sources: tuple[str, ...] = ()

    def window(self, tenant: Week | None, campaign: Week | None, state: str | None = None) -> Week:
        """The hours in force: the tenant's within what is allowed, else the profile's; a campaign only narrows.

        `state` of the USA, two letters: its law narrows too.
        """
        week = intersect(self.hours if tenant is None else intersect(tenant, self.widest), LIMIT)
        week = week if campaign is None else intersect(week, campaign)
        return intersect(week, hours_in(state)) if self.code == "US" else week

    def permits(self, basis: str | None, purpose: Purpose) -> bool:
        """Whether a basis permits a call for a purpose."""
        return basis is not None and basis in self.bases[purpose]


def profile_of(country: str | None) -> Profile:
    """The profile of a country, ISO 3166-1 alpha-2; the default one where a country has none of its own."""
    return _by_country().get(country or "", profiles()[0])


@cache
def profiles() -> tuple[Profile, ...]:
    """All profiles, the default first."""
    file = tomllib.loads(_FILE.read_text("utf-8"))
    weeks = {name: week_of_spans(days) for name, days in file["hours"].items()}
    return tuple(_profile(given, weeks, file["reviewed"]) for given in file["profile"])


def profile_view(profile: Profile) -> dict[str, Any]:
    """A profile as it is shown."""
    return {
        "code": profile.code,
        "countries": list(profile.countries),
        "window": hours_of(profile.hours),
        "widest_window": hours_of(profile.widest),
        "bases": {purpose: list(bases) for purpose, bases in profile.bases.items()},
        "recording": profile.recording,
        "recording_by_state": dict(profile.recording_by_state),
        "window_by_state": states_view() if profile.code == "US" else {},
        "registry_max_age_days": profile.registry_max_age_days,
        "reviewed": profile.reviewed.isoformat(),
        "sources": list(profile.sources),
        "notice": "Product defaults, not legal advice.",
    }


@cache
def _by_country() -> Mapping[str, Profile]:
    return {country: profile for profile in profiles() for country in profile.countries}


def _profile(given: Mapping[str, Any], weeks: Mapping[str, Week], reviewed: date) -> Profile:
    marketing = tuple(given["marketing"])
    by_state = given.get("recording_by_state", {})
    return Profile(
        code=given["code"],
        countries=tuple(given["countries"]),
        hours=weeks[given["hours"]],
        widest=weeks[given.get("widest", given["hours"])],
        bases={"marketing": marketing, "service": tuple(given.get("service", marketing))},
        recording=given["recording"],
        reviewed=reviewed,
        recording_by_state={state: rule for rule, states in by_state.items() for state in states},
        recording_unknown_state=given.get("recording_unknown_state"),
        registry_max_age_days=given.get("registry_max_age_days"),
        sources=tuple(given["sources"]),
    )
