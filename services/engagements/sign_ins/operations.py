"""Signing in and out, and the signed assertion of who acts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from chassis.identity import LIFETIME, sign
from chassis.paging import page
from chassis.runtime import Runtime
from chassis.tokens import new_token, token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, Unauthenticated
from services.engagements.people.models import Person, email_key
from services.engagements.people.passwords import password_matches
from services.engagements.sign_ins.models import SESSION_LIFETIME, ApiToken, SignIn

Input = dict[str, Any]


def authenticate(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """The assertion, good for 60 s, of whom a session token or an API token lets in; `Unauthenticated` otherwise."""
    digest = token_digest(input["token"])
    found: SignIn | ApiToken | None = work.session.scalar(select(SignIn).where(SignIn.token_digest == digest))
    if found is None:
        found = work.session.scalar(select(ApiToken).where(ApiToken.token_digest == digest))
    if found is None or not found.is_good(work.now):
        raise Unauthenticated("Sign in again: this sign-in is not known or no longer good.")
    person, role = found.person, found.role
    return {
        "assertion": sign(
            work.settings.assertion_private_key,
            Actor(person.id, role, person.name),  # type: ignore[arg-type]
            work.now,
        ),
        "expires_at": work.now + LIFETIME,
        "person": {name: getattr(person, name) for name in _PERSON} | {"role": role},
    }


_PERSON = ("id", "name", "email", "time_zone", "locale", "created_at", "updated_at", "version")


def sign_in(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """A new session. The same refusal, after the same time, for an unknown address and a wrong password."""
    person = work.session.scalar(select(Person).where(Person.email_key == email_key(input["email"])))
    matches = password_matches(person.password_hash if person else None, input["password"])
    if person is None or not matches or not person.may_sign_in:
        raise Unauthenticated("The address or the password is wrong.")
    return begin_session(work, person)


def begin_session(work: Work, person: Person) -> dict[str, Any]:
    """A session of that person: `{token, expires_at, person}`."""
    token = new_token()
    session = work.add(SignIn(person=person, token_digest=token_digest(token), expires_at=work.now + SESSION_LIFETIME))
    return {"token": token, "expires_at": session.expires_at, "person": person}


def sign_out(work: Work, actor: Actor, input: Input) -> None:
    """The token stops working at once, whether of a session or an integration's."""
    digest = token_digest(input["token"])
    for model in (SignIn, ApiToken):
        work.session.execute(delete(model).where(model.token_digest == digest, model.person_id == actor.id))


def revoke_sign_ins(work: Work, person: Person) -> None:
    """Ends all sessions of that person."""
    work.session.execute(delete(SignIn).where(SignIn.person_id == person.id))


def create_api_token(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """A token for an integration; it is told in this answer and never again."""
    if input["expires_at"] is not None and input["expires_at"] <= work.now:
        raise Invalid("The input is not valid.", errors={"expires_at": ["Must lie in the future."]})
    token = new_token()
    made = work.add(ApiToken(person_id=actor.id, token_digest=token_digest(token), **input))
    work.session.flush()
    names = ("id", "created_at", "updated_at", "version", "name", "role", "expires_at")
    return {name: getattr(made, name) for name in names} | {"token": token}


def list_api_tokens(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """All tokens of integrations, newest first."""
    return page(work, select(ApiToken), input, by=(ApiToken.created_at, ApiToken.id))


def delete_api_token(work: Work, actor: Actor, input: Input) -> None:
    """The token stops working at once."""
    work.session.delete(work.change(ApiToken, input["id"], what="token"))


def forget_expired(runtime: Runtime) -> int:
    """Deletes sessions that have expired; answers 0, as nothing is left that would have to be done at once."""
    with runtime.work() as work:
        work.session.execute(delete(SignIn).where(SignIn.expires_at <= work.now))
    return 0
