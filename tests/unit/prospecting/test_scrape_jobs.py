"""The decisions of a scrape job: its life, its patience, its progress, what it keeps, what it is expected to take."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.ports import Box
from callout.features.prospecting.scraping.areas import SearchArea, circle
from callout.features.prospecting.scraping.errors import InvalidTransition
from callout.features.prospecting.scraping.estimate import Expected, expect
from callout.features.prospecting.scraping.jobs import job_name
from callout.features.prospecting.scraping.lifecycle import STEPS, step
from callout.features.prospecting.scraping.patience import LONGEST_S, pause_s
from callout.features.prospecting.scraping.progress import eta_s, percent
from callout.features.prospecting.scraping.sifting import Filters, identity, inside, keep
from callout.kit.geo import Point

NOW = datetime(2031, 5, 5, 12, tzinfo=UTC)
AUSTIN = SearchArea(label="Austin", country="US", box=Box(30.0, -98.0, 30.5, -97.5), population=900_000)


def draft(name: str, **fields: object) -> Draft:
    given: dict[str, object] = {"place_id": name, "lat": 30.2, "lng": -97.7, "country": "US", **fields}
    return Draft(name=name, **given)  # type: ignore[arg-type]


def test_an_ended_job_is_not_taken_up_again_but_a_failed_one_is() -> None:
    assert step("failed", "running")
    assert step("queued", "paused")
    for end in ("completed", "stopped"):
        assert not STEPS[end]
        with pytest.raises(InvalidTransition) as refused:
            step(end, "running")
        assert refused.value.members == {"from": end, "to": "running", "allowed": []}


def test_asking_for_the_state_a_job_is_in_changes_nothing() -> None:
    assert not any(step(state, state) for state in STEPS)


def test_pauses_double_from_the_pace_up_to_a_minute() -> None:
    assert [pause_s(errors, 1.5, None) for errors in (1, 2, 3, 4)] == [3, 6, 12, 24]
    assert pause_s(9, 1.5, None) == LONGEST_S
    assert pause_s(500, 10, None) == LONGEST_S


def test_a_provider_that_asks_for_a_longer_pause_gets_it() -> None:
    assert pause_s(1, 1.5, 90) == 90
    assert pause_s(5, 1.5, 1) == 48


def test_progress_is_done_batches_of_known_ones_and_full_only_at_the_end() -> None:
    assert [percent(0, 0), percent(1, 3), percent(3, 3)] == [0, 33, 99]


def test_the_time_left_goes_by_the_pace_since_the_job_last_ran() -> None:
    since = NOW - timedelta(seconds=60)
    assert eta_s(status="running", pct=60, since=since, since_pct=40, now=NOW) == 120
    assert eta_s(status="running", pct=40, since=since, since_pct=40, now=NOW) is None
    assert eta_s(status="paused", pct=60, since=since, since_pct=40, now=NOW) is None


def test_a_place_that_comes_twice_on_a_page_counts_once_and_one_outside_not_at_all() -> None:
    page = inside(
        [draft("a"), draft("b", lat=40.0), draft("a"), draft("c", country="MX"), draft("d", lat=None)], AUSTIN
    )
    assert page.identities == ["id:a", "id:d"]
    assert page.outside == 2


def test_a_place_without_an_id_is_known_by_its_name_and_spot() -> None:
    nameless = draft("Inn", place_id=None)
    assert (
        identity(nameless) == identity(draft("INN", place_id=None)) != identity(draft("Inn", place_id=None, lat=30.3))
    )


def test_a_circle_holds_what_is_near_enough_also_across_a_border() -> None:
    area = circle("", "US", Point(31.76, -106.48), 5)
    assert area.holds(draft("El Paso", lat=31.76, lng=-106.45))
    assert area.holds(draft("Juárez", lat=31.74, lng=-106.48, country="MX"))
    assert not area.holds(draft("far", lat=31.9, lng=-106.48))


def test_unrated_places_pass_and_rows_below_the_wish_are_filtered() -> None:
    page = inside([draft("a", rating=Decimal("4.6")), draft("b", rating=Decimal("3.2")), draft("c", rating=Decimal("2.1")),
                   draft("d")], AUSTIN)  # fmt: skip
    kept = keep(page, set(page.identities), Filters(min_rating=Decimal("3.0")), room=10, pass_over=0)
    assert [each.name for each in kept.drafts] == ["a", "b", "d"]
    assert (kept.filtered, kept.unrated, kept.is_full) == (1, 1, False)


def test_prices_and_opening_are_judged_only_where_they_are_told() -> None:
    filters = Filters(price_levels=(1, 2), open_now=True)
    assert filters.passes(draft("a"))
    assert filters.passes(draft("b", price_level=2, open_now=True))
    assert not filters.passes(draft("c", price_level=3))
    assert not filters.passes(draft("d", open_now=False))


def test_a_job_keeps_no_more_than_it_has_room_for_and_counts_only_what_it_looked_at() -> None:
    page = inside([draft("a"), draft("b", rating=Decimal(1)), draft("c"), draft("d")], AUSTIN)
    kept = keep(page, {"id:a", "id:b", "id:c", "id:d"}, Filters(min_rating=Decimal(3)), room=1, pass_over=1)
    assert ([each.name for each in kept.drafts], kept.filtered, kept.passed_over, kept.is_full) == (["c"], 1, 1, True)


def test_a_large_town_is_expected_to_take_more_searches_than_its_businesses_have_pages() -> None:
    told = _expected(AUSTIN, max_results=10_000)
    assert told.results == 600
    assert told.tiles > 600 // 120
    assert told.calls > 600 // 20
    assert told.cost == told.calls * Decimal("0.015")


def test_a_job_that_wants_few_is_expected_to_take_little() -> None:
    assert _expected(AUSTIN, max_results=20).calls < _expected(AUSTIN, max_results=10_000).calls / 10


def test_where_words_say_where_no_more_than_the_cap_is_expected() -> None:
    told = _expected(SearchArea(label="Somewhere", country="US", population=900_000), max_results=10_000)
    assert (told.results, told.tiles, told.calls) == (120, 1, 6)


def test_a_job_without_a_name_is_called_after_what_it_looks_for() -> None:
    assert job_name(["dental_clinic", "hotel"], [AUSTIN, AUSTIN]) == "Dental clinic, hotel in Austin (+1)"
    assert len(job_name(["x" * 80, "y" * 80], [AUSTIN])) == 120


def _expected(area: SearchArea, *, max_results: int) -> Expected:
    return expect(
        [area], types=1, max_results=max_results, cap=120, page_size=20, interval_s=1.5, cost_per_call=Decimal("0.015")
    )
