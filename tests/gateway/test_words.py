"""Instants, money and sizes in the words that a page uses (templates/README.md), and the organisation's colour."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.portal import brand, clock, filters
from gateway.portal.brand import Colour

NOW = dt.datetime(2026, 11, 24, 8, 52, tzinfo=dt.UTC)


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def berlin(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "reader_zone", lambda: clock.ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (filters.time_of_day, at("2026-11-24T13:00"), "14:00"),
        (filters.time_of_day, at("2026-10-25T00:30"), "02:30 CEST"),
        (filters.time_of_day, at("2026-10-25T01:30"), "02:30 CET"),
        (filters.time_of_day, at("2026-10-25T02:00"), "03:00"),
        (filters.day, at("2026-11-24T13:00"), "Tue 24 Nov"),
        (filters.day, at("2027-01-05T13:00"), "Tue 5 Jan 2027"),
        (filters.short_day, at("2026-11-25T08:00"), "Wed 25"),
        (filters.long_day, at("2026-11-24T23:30"), "Wed 25 November"),
        (filters.long_day, at("2025-11-24T10:00"), "Mon 24 November 2025"),
        (filters.weekday_date, at("2026-11-24T10:00"), "Tuesday 24 November"),
        (filters.date, at("2026-11-24T23:30"), "25 Nov 2026"),
        (filters.date, dt.date(2026, 11, 4), "4 Nov 2026"),
        (filters.when, at("2026-11-24T08:38"), "Today, 09:38"),
        (filters.when, at("2026-11-23T15:10"), "Yesterday, 16:10"),
        (filters.when, at("2026-11-25T08:00"), "Tomorrow, 09:00"),
        (filters.when, at("2026-11-21T15:10"), "Sat 21, 16:10"),
        (filters.when, at("2026-10-12T14:10"), "12 Oct 2026, 16:10"),
        (filters.ago, at("2026-11-24T09:00"), "in 8 min"),
        (filters.ago, at("2026-11-24T08:52"), "now"),
        (filters.ago, at("2026-11-24T08:44"), "8 min ago"),
        (filters.ago, at("2026-11-24T12:53"), "in 4 hours"),
        (filters.ago, at("2026-11-24T09:53"), "in 1 hour"),
        (filters.ago, at("2026-11-21T08:00"), "3 days ago"),
        (filters.ago, at("2026-12-08T09:00"), "in 14 days"),
        (filters.overdue, dt.date(2026, 11, 10), "14 days overdue"),
        (filters.overdue, dt.date(2026, 11, 23), "1 day overdue"),
        (filters.month, at("2026-12-08T09:00"), "Dec"),
        (filters.day_number, at("2026-12-08T09:00"), "8"),
        (filters.zone_words, NOW, "Berlin (CET)"),
        (filters.zone_words, at("2026-07-01T09:00"), "Berlin (CEST)"),
        (filters.zone_code, NOW, "CET"),
        (filters.zone_now, "Europe/London", "London, now 08:52 (GMT)"),
        (filters.zone_now, "America/New_York", "New York, now 03:52 (EST)"),
        (filters.input_time, at("2026-11-24T13:00"), "2026-11-24T14:00"),
        (filters.input_date, at("2026-11-24T23:30"), "2026-11-25"),
        (filters.plain_number, Decimal("1.500"), "1.5"),
        (filters.plain_number, Decimal("40"), "40"),
        (filters.plain_number, Decimal("19.000000"), "19"),
        (filters.file_size, None, ""),
        (filters.file_size, 0, "0 bytes"),
        (filters.file_size, 62_100, "62 kB"),
        (filters.file_size, 1_440_000, "1.4 MB"),
        (filters.file_size, 104_857_600, "105 MB"),
    ],
)
def test_words(name, value, words):
    assert name(value) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1190", "EUR", "€1,190.00"),
        ("1190", "JPY", "¥1,190"),
        ("1190.5", "CHF", "CHF 1,190.50"),
        ("-5", "USD", "-$5.00"),
        ("0.0125", "EUR", "€0.0125"),
        ("0", "KWD", "KWD 0.000"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount, currency, words):
    assert filters.money(Decimal(amount), currency) == words


def test_days_of_the_activity_log_are_named():
    today = dt.date(2026, 11, 24)
    assert clock.day_title(today, today) == "Today, Tuesday 24 November"
    assert clock.day_title(dt.date(2026, 11, 23), today) == "Yesterday, Monday 23 November"
    assert clock.day_title(dt.date(2025, 11, 20), today) == "Thursday 20 November 2025"


def test_c14_a_typed_time_is_on_the_readers_clock_in_winter_and_in_summer():
    assert clock.instant_of("2026-11-24T14:00") == "2026-11-24T14:00:00+01:00"
    assert clock.instant_of("2026-07-01T14:00") == "2026-07-01T14:00:00+02:00"
    assert clock.instant_of("soon") == "soon"


def test_a_week_ends_with_the_readers_sunday():
    assert clock.start_of_next_week(NOW) == dt.datetime(2026, 11, 29, 23, tzinfo=dt.UTC)
    assert clock.start_of_day(NOW) == dt.datetime(2026, 11, 23, 23, tzinfo=dt.UTC)


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_of_an_organisation_can_be_read(number):
    sheet = brand.style_sheet(f"#{number:06X}")
    found = dict(line.strip().rstrip(";").split(": ") for line in sheet.splitlines() if "--brand" in line)
    colour = {name.removeprefix("--brand-"): Colour.of(value) for name, value in found.items()}
    white, dark = Colour.of("#FFFFFF"), Colour.of("#171E1B")
    assert colour["accent"].contrast(white) >= 4.5
    assert colour["hover"].contrast(white) >= 4.5
    assert colour["dark-fill"].contrast(white) >= 4.5
    assert colour["soft-ink"].contrast(colour["soft"]) >= 7
    assert colour["dark-accent"].contrast(dark) >= 7
    assert colour["dark-soft-ink"].contrast(colour["dark-soft"]) >= 7


def test_a_colour_that_can_be_read_stays_as_it_is():
    assert "--brand-accent: #0e6b56;" in brand.style_sheet("#0E6B56")
