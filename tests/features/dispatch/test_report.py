"""The report on dispatch: figures, their course, who gets work, and whether predictions hold."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.features.dispatch.test_performance import NOTHING, shift
from tests.features.dispatch.town import Town, moment

REPORT = "/api/admin/analytics/dispatch"


async def report(town: Town, **params: Any) -> dict[str, Any]:
    answer = await (await town.admin()).get(REPORT, params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for inner in value.values() for number in numbers(inner)]
    if isinstance(value, list):
        return [number for inner in value for number in numbers(inner)]
    return [value] if isinstance(value, int | float) else []


async def test_without_anything_every_step_is_there_and_no_figure_is_made_up(town: Town) -> None:
    told = await report(town, preset="7d", compare=True)
    assert {name: told[name] for name in ("total", "this_month", *NOTHING)} == {"total": 0, "this_month": 0, **NOTHING}
    assert (told["exposure"], told["bucket"]) == ([], "day")
    assert len(told["series"]) == 8
    assert told["series"][0] | {"at": ""} == {
        "at": "",
        "total": 0,
        "filled": 0,
        "fill_rate": None,
        "t50_min": None,
        "t90_min": None,
        "offers": 0,
        "accepted": 0,
        "lost_yes": 0,
    }
    assert [row["bin"] for row in told["acceptance_calibration"]] == [edge / 10 for edge in range(10)]
    assert all(row | {"bin": 0} == {"bin": 0, "predicted": None, "observed": None, "n": 0} for row in told["acceptance_calibration"])  # fmt: skip
    assert told["previous"]["total"] == 0
    assert told["previous"]["to"] == told["from"]
    assert all(math.isfinite(number) for number in numbers(told))


async def test_figures_lie_in_the_step_in_which_the_search_began(town: Town) -> None:
    ana, bob = await town.vendor(km=1, max_open_jobs=20), await town.vendor(km=2, max_open_jobs=20)
    won, gone = [await town.order() for _ in range(2)]
    nobody = await town.order(service_type="plumbing")
    for order_id in (won, gone, nobody):
        await town.dispatch(order_id, mode="sequential")
    assert (await town.answer(ana, won, "accept")).status_code == 200
    assert (await town.answer(ana, gone, "decline")).status_code == 200
    told = await report(town, preset="24h")
    assert (told["bucket"], told["total"], len(told["series"])) == ("hour", 3, 25)
    assert "previous" not in told
    steps = [step for step in told["series"] if step["total"] or step["offers"]]
    assert sum(step["total"] for step in steps) == 3
    assert sum(step["filled"] for step in steps) == 1
    assert (sum(step["offers"] for step in steps), sum(step["accepted"] for step in steps)) == (2, 1)
    [cleaning] = told["exposure"]
    assert (cleaning["service_type"], cleaning["vendors"], cleaning["jobs"], cleaning["gini"]) == (
        "cleaning",
        2,
        1,
        0.5,
    )
    assert told["gini"] == 0.5
    assert (await report(town, service_type="plumbing"))["total"] == 1
    assert (await report(town, service_type="plumbing"))["by_reason_code"]["wrong_service"] == 2
    of_ana, of_bob = await report(town, vendor_id=str(ana)), await report(town, vendor_id=str(bob))
    assert (of_ana["total"], of_ana["offers_per_job"], of_bob["total"]) == (2, 1.0, 0)
    await shift(town, dispatch_runs__started_at=timedelta(days=8), offers__sent_at=timedelta(days=8))
    later = await report(town, preset="7d", compare=True)
    assert (later["total"], later["previous"]["total"], later["previous"]["fill_rate"]) == (0, 3, pytest.approx(0.5))


async def test_predictions_are_held_against_what_vendors_said(town: Town) -> None:
    vendors = [await town.vendor(km=km) for km in range(1, 7)]
    order_id = await town.order()
    await town.dispatch(order_id, vendor_ids=[str(vendor) for vendor in vendors])
    async with town.work() as work:
        for vendor, chance in zip(vendors, (0.42, 0.44, 0.71, 1, 0.91, 0.95), strict=True):
            await work.session.execute(
                text("UPDATE offers SET accept_probability = :chance WHERE vendor_id = :id"),
                {"chance": chance, "id": vendor},
            )
    assert (await town.answer(vendors[1], order_id, "decline")).status_code == 200
    assert (await report(town))["acceptance_calibration"][4] == {"bin": 0.4, "predicted": 0.44, "observed": 0.0, "n": 1}
    assert (await town.answer(vendors[0], order_id, "accept")).status_code == 200
    assert (await town.answer(vendors[3], order_id, "accept")).json()["code"] == "offer_taken"
    found = {row["bin"]: row for row in (await report(town))["acceptance_calibration"]}
    assert found[0.4] == {"bin": 0.4, "predicted": 0.43, "observed": 0.5, "n": 2}
    assert found[0.9] == {"bin": 0.9, "predicted": 1.0, "observed": 1.0, "n": 1}, "who said nothing in time is unknown"
    assert found[0.7]["n"] == 0
    mine = (await report(town, vendor_id=str(vendors[0])))["acceptance_calibration"]
    assert [(row["bin"], row["n"]) for row in mine if row["n"]] == [(0.4, 1)]


async def test_steps_begin_at_the_tenants_midnight_and_month(town: Town) -> None:
    async with town.work() as work:
        await work.session.execute(
            text("UPDATE tenants SET timezone = 'America/New_York' WHERE id = :id"), {"id": town.tenant_id}
        )
    await town.vendor()
    await town.dispatch(await town.order())
    async with town.work() as work:
        at = datetime(2026, 3, 9, 3, 30, tzinfo=UTC)  # still Sunday, the 8th, in New York: the day of 23 hours
        await work.session.execute(
            text("UPDATE dispatch_runs SET started_at = :at WHERE tenant_id = :id"), {"at": at, "id": town.tenant_id}
        )
    params = {"from": "2026-03-07", "to": "2026-03-11"}
    days = (await report(town, **params))["series"]
    assert [(moment(step["at"]).astimezone(UTC).hour, step["total"]) for step in days] == [
        (5, 0),
        (5, 1),
        (4, 0),
        (4, 0),
    ]
    hours = (await report(town, bucket="hour", **params))["series"]
    assert len(hours) == 4 * 24 - 1
    [hit] = [step for step in hours if step["total"]]
    assert moment(hit["at"]) == at.replace(minute=0)
    weeks = (await report(town, bucket="week", **params))["series"]
    assert [step["total"] for step in weeks] == [1, 0]
    months = (await report(town, bucket="month", **params))["series"]
    assert [(moment(step["at"]).date().isoformat(), step["total"]) for step in months] == [("2026-03-01", 1)]


async def test_the_report_is_for_the_office_and_of_its_own_business(town: Town) -> None:
    for role, status in (("owner", 200), ("manager", 200), ("viewer", 200), ("agent", 403), ("vendor", 403)):
        assert (await (await town.admin(role)).get(REPORT)).status_code == status, role
    refused = await (await town.admin()).get(REPORT, params={"bucket": "decade"})
    assert refused.status_code == 422
    await town.vendor()
    await town.dispatch(await town.order())
    stranger = Town(town.database, town.serve, town.desk)
    await stranger.found()
    told = await report(stranger)
    assert (told["total"], told["exposure"], told["by_reason_code"]) == (0, [], {})
    assert not any(step["total"] or step["offers"] for step in told["series"])
