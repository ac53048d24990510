"""What the page about the ways of asking says around its table."""

# ruff: noqa: E501 - rows of tables are one line each

from typing import Final

PAGE: Final = """# Ways of asking, compared

Written by `{command}`; the same seeds give the same figures.

Every way of asking meets the same made-up town: the same vendors, jobs and customers, and a vendor asked about a job
sees the offer, thinks and answers in the same way whoever asks (common random numbers). Filters, rings, time to
answer, back-off, records and decay are the functions the product decides with; only the order and the number of
offers differ. **·** marks the best of a column.

{grid}

Means of {towns} towns (seeds {seeds}), {jobs} jobs in all.{spread}

## How to read it
- **Waves win no column.** They are the middle: most of the speed of asking many, at fewer offers and fewer lost yeses.
- **Broadcasting fills more and faster**: to three more than waves, to ten most of all, and spreads work most evenly. It
  pays with people: a yes that comes too late is somebody who wanted the job, was asked, and is told it is gone. Where
  being asked in vain costs nothing, broadcast is the better choice.
- **One at a time** loses the fewest yeses and asks the fewest people, and customers wait longest for a yes.
- **Nearest first** drives the least and, blind to records, gives newcomers their chance sooner than waves do. **Best
  rated first** has the best work and makes newcomers wait longest. Each is made for nothing else.
- A lost yes also comes from an offer that ended before a slow answer. The time to answer follows from answers that came
  in time, so it tends to be short; `ttl_clamps_min` of the policy holds it up.

## What is counted
| column | meaning |
|---|---|
| filled in 30 min, at all | jobs somebody accepted within 30 minutes of being asked for, or ever, of all jobs |
| accept p50, p90 | minutes from the first look for somebody to the yes, over the jobs filled: a way that fills only the easy ones looks fast here |
| offers per job | vendors asked, of all jobs; somebody asked twice counts twice |
| lost yes per job | vendors who would have accepted, but after the offer was taken or over |
| mean distance | km from the centre of the winner's area to the job |
| newcomer wait | hours from joining to the first job, nights and weekends included; who got none counts until the end |
| Gini of jobs | 0: every vendor of a service got the same number; 1: one got all. Services weigh by their jobs |
| mean success | how well the work was done, 0 to 1; a job not carried out is 0 |

## The town
Assumed, not measured: the figures compare ways of asking and do not foretell any real place.

| what | how |
|---|---|
| Time | {warm_up} days so that records exist, then {days} days that are counted. Three quarters of a town, 13 km across |
| Vendors | {vendors}, one to three of three services, areas of 8 to 30 km, day shifts on weekdays, half of them on Saturday |
| Attention | an offer is noticed in 88 % of cases by day, 15 % of that at night, 70 % of it outside the hours; answers take a log-normal time, median 2 min, differing between people |
| Yes | 80 % next door on an empty day; by distance falling to 1/e in 15 to 40 km, by 10 % for each open job |
| Newcomers | {newcomers}, joining over the first half of the counted days, like everybody else but without a record |
| Jobs | {per_day} a day, most from 8 to 18 o'clock, 7 % at night; 10 % urgent, 20 % high, 55 % medium, 15 % low |
| Customers | wait for a yes half an hour (urgent) to twelve hours (low) in the median, then take the wish back |
| Outcomes | every vendor has a true quality, 0.78 on average; 60 % of jobs are rated; some jobs taken are not carried out |
| Settings | as they come: radius 15 km, up to 50; waves with at most 3 offers outstanding for a job; business hours of the tenant not restricted. Orders that compete for the same vendors are decided one by one, as they come, without a matching window |

## Newcomers
In 30 smaller towns (24 vendors, 40 jobs a day, seeds 1 to 30), 180 newcomers who want work got their first offer after 2
jobs within their reach in the median and 35 at most, and their first job after 4 in the median and **39 at most**; one
who had only 5 jobs in reach before the days ended got none. The tests hold waves to 40.
"""
