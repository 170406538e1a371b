"""The base of all schemas, and the fields that mean the same everywhere."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from marshmallow import RAISE, ValidationError, fields, validate
from marshmallow import Schema as MarshmallowSchema

_ZONES = frozenset(available_timezones())
#: `Decimal` itself takes underscores, blanks, exponents and the digits of any script.
_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")


class Schema(MarshmallowSchema):
    """An object that crosses a border. An unknown field is an error, so that a typing slip is never swallowed."""

    class Meta:
        unknown = RAISE


class Instant(fields.Field[dt.datetime]):
    """An RFC 3339 instant with an offset; loads to aware UTC, dumps as `2026-03-02T15:00:00Z`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.datetime:
        if isinstance(value, dt.datetime):
            instant = value
        else:
            try:
                instant = dt.datetime.fromisoformat(value)
            except (TypeError, ValueError):
                raise ValidationError("Not an RFC 3339 instant like 2026-03-02T15:00:00Z.") from None
        if instant.tzinfo is None:
            raise ValidationError("The instant needs an offset or Z.")
        try:
            return instant.astimezone(dt.UTC)
        except OverflowError:
            raise ValidationError("The instant is out of range.") from None

    def _serialize(self, value: dt.datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return instant_text(value)


def instant_text(instant: dt.datetime) -> str:
    """As an instant travels: `2026-03-02T15:00:00Z`."""
    utc = instant.astimezone(dt.UTC)
    timespec = "microseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


class DecimalText(fields.Field[Decimal]):
    """An exact decimal that travels as a string (a JSON integer is taken too, a float never)."""

    default_error_messages = {"invalid": "Not a decimal number in a string, like 120.00."}

    def __init__(self, *, minimum: Decimal | None = None, places: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.minimum = minimum
        self.places = places

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise self.make_error("invalid")
        if isinstance(value, str) and not _DECIMAL.fullmatch(value):
            raise self.make_error("invalid")
        number = Decimal(value)
        if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
            raise self.make_error("invalid")
        if self.minimum is not None and number < self.minimum:
            raise ValidationError(f"Must be at least {self.minimum}.")
        exponent = number.as_tuple().exponent
        if self.places is not None and isinstance(exponent, int) and -exponent > self.places:
            raise ValidationError(f"At most {self.places} decimal places.")
        return number

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format(value, "f")


class Zone(fields.String):
    """The name of an IANA time zone, like `Europe/Berlin`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in _ZONES:
            raise ValidationError("Not an IANA time zone like Europe/Berlin.")
        return name


class Email(fields.Email):
    """A mail address: trimmed, at most 254 characters (RFC 5321 §4.5.3.1.3), its case kept as typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value.strip() if isinstance(value, str) else value, attr, data, **kwargs)
        if len(address) > 254:
            raise ValidationError("Longer than the 254 characters that an address may have.")
        return address


def text(longest: int, *, shortest: int = 1, **kwargs: Any) -> fields.String:
    """A string of `shortest`..`longest` characters without control characters other than line breaks and tabs."""
    clean = validate.Regexp(r"\A[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*\Z", error="Control characters are not allowed.")
    checks: list[Any] = [validate.Length(min=shortest, max=longest), clean]
    if shortest:
        checks.append(_not_blank)
    return fields.String(validate=validate.And(*checks), **kwargs)


def line(longest: int, **kwargs: Any) -> fields.String:
    """A string of one line, as a name of a file is: `text` without line breaks and tabs."""
    field = text(longest, **kwargs)
    one_line = validate.Regexp(r"\A[^\t\r\n\u2028\u2029]*\Z", error="Must be one line.")
    field.validators.append(one_line)
    return field


def _not_blank(value: str) -> None:
    if not value.strip():
        raise ValidationError("Must not be blank.")


class Entity(Schema):
    """What every object answers."""

    id = fields.UUID(required=True)
    created_at = Instant(required=True)
    updated_at = Instant(required=True)
    version = fields.Integer(required=True)


class ById(Schema):
    """Names one object."""

    id = fields.UUID(required=True)


class PageInput(Schema):
    """What every list takes."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default=None, allow_none=True)


def page_of(item: type[Schema]) -> type[Schema]:
    """The schema `{items: [item], next: CURSOR|null}`."""
    return Schema.from_dict(  # type: ignore[return-value]
        {"items": fields.List(fields.Nested(item), required=True), "next": fields.String(allow_none=True)},
        name=f"{item.__name__}Page",
    )


def counted_page_of(item: type[Schema]) -> type[Schema]:
    """Like `page_of`, with `total`: how many there are on all pages."""
    total = fields.Integer(required=True, metadata={"description": "how many there are on all pages"})
    return page_of(item).from_dict({"total": total}, name=f"{item.__name__}Page")  # type: ignore[return-value]
