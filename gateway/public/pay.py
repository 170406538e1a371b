"""`/pay/TOKEN`: whoever has the link of an invoice's mail pays it by card, at Stripe (rules S1.34, C19)."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue

from contracts.calls import cards as calls
from contracts.errors import Gone, Limited, NotFound, Unavailable
from gateway.api.problems import status_of
from gateway.asking import ask
from gateway.portal import show
from gateway.portal.pages import ANYONE, Pages
from gateway.portal.sign_in import link_used

pages = Pages()


@pages.get("/pay/<token>", ANYONE)
def pay(token: str) -> ResponseReturnValue:
    """On to the page where Stripe takes the payment; a new one each time, for what is left to pay now."""
    try:
        return redirect(ask(calls.open_pay_link, {"token": token})["url"], 303)
    except NotFound:
        return link_used()
    except (Gone, Limited, Unavailable) as error:
        return show.page("pages/pay_not_now.html", status=status_of(error), address=f"/pay/{token}", why=error.detail)


@pages.get("/pay/<token>/cancelled", ANYONE)
def pay_cancelled(token: str) -> ResponseReturnValue:
    return show.page("pages/pay_cancelled.html", token=token)


@pages.get("/paid", ANYONE)
def paid() -> ResponseReturnValue:
    return show.page("pages/pay_thanks.html")
