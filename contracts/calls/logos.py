"""Calls of the billing service: the logo that stands on invoices and statements."""

from __future__ import annotations

import binascii
from base64 import b64decode

from marshmallow import ValidationError, fields

from contracts.actor import ADMIN, SIGNED_IN
from contracts.calls import command, query
from contracts.calls.people import Nothing
from contracts.schema import Entity, Schema

LARGEST_LOGO = 1024 * 1024
MOST_PIXELS = 4000


def _check_base64(typed: str) -> None:
    try:
        b64decode(typed, validate=True)
    except binascii.Error:
        raise ValidationError("Must be base64.") from None


class NewLogo(Schema):
    """A picture, PNG or JPEG, of at most 1 MiB and 4000 pixels each way."""

    file = fields.String(required=True, validate=_check_base64, metadata={"description": "base64"})


class Logo(Entity):
    """As it is printed: never larger than is needed for that."""

    width = fields.Integer(required=True, metadata={"description": "pixels"})
    height = fields.Integer(required=True, metadata={"description": "pixels"})


class LogoPicture(Logo):
    content = fields.String(required=True, metadata={"description": "PNG, in base64"})


put_logo = command("billing.put_logo", NewLogo, Logo, roles=ADMIN)
get_logo = query("billing.get_logo", Nothing, LogoPicture, roles=SIGNED_IN)
remove_logo = command("billing.remove_logo", Nothing, roles=ADMIN)
