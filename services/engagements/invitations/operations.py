"""Invitations to create an account, and new passwords."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from chassis.tokens import new_token, token_digest
from chassis.work import Work
from contracts.actor import Actor
from contracts.errors import Invalid, dead_link
from contracts.events.people import ClientActivated, ClientInvited, ClientUpdated, CoachUpdated
from contracts.schema import instant_text
from services.engagements.activity.operations import record
from services.engagements.engagements.access import engagement_for
from services.engagements.engagements.models import Engagement
from services.engagements.invitations.models import LIFETIMES, AccountLink
from services.engagements.organisation.operations import organisation
from services.engagements.people.models import AlreadyActive, Deactivated, Person, email_key
from services.engagements.people.passwords import hash_password, password_faults
from services.engagements.sign_ins.operations import begin_session, revoke_sign_ins

Input = dict[str, Any]


def invite_client(work: Work, actor: Actor, input: Input) -> Person:
    """Mails the client of an engagement a link to create a password (S1.36, S1.37); an earlier link works no more."""
    engagement = engagement_for(work, actor, input["id"])
    client = work.change(Person, engagement.client_id, what="client")
    client.invite()
    work.publish(ClientInvited, client, client.client_facts(), actor)
    _mail_link(work, client, "invitation", actor, kind="invitation", engagement=engagement, message=input["message"])
    record(
        work, engagement.id, actor, kind="client", verb="invited", text=f"invited {client.name} to create an account",
        target=client.name, link=f"/clients/{client.id}", client_sees=False,
    )  # fmt: skip
    return client


def revoke_invitation(work: Work, actor: Actor, input: Input) -> Person:
    """Ends the link of an invitation that was not accepted yet (C19); the client is an Internal Record again."""
    engagement = engagement_for(work, actor, input["id"])
    client = work.change(Person, engagement.client_id, what="client")
    client.uninvite()
    revoke_links(work, client, "invitation")
    work.publish(ClientUpdated, client, client.client_facts(), actor)
    record(
        work, engagement.id, actor, kind="client", verb="uninvited", text=f"revoked the invitation of {client.name}",
        target=client.name, link=f"/clients/{client.id}", client_sees=False,
    )  # fmt: skip
    return client


def invite_staff(work: Work, person: Person, actor: Actor) -> None:
    """Mails a coach or an admin who has no password yet a link to set one."""
    if person.deactivated:
        raise Deactivated(f"{person.name} is deactivated.")
    if person.password_hash:
        raise AlreadyActive(f"{person.name} has an account already.")
    _mail_link(work, person, "invitation", actor, kind="staff_invitation")


def get_invitation(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """What the page of an invitation shows; `LinkDead` for one that works no more."""
    link = _link(work, input["token"], "invitation")
    link.check(work.now)
    engagement = link.engagement
    return {
        "kind": "client" if link.person.is_client else "staff",
        "name": link.person.name,
        "email": link.person.email,
        "expires_at": link.expires_at,
        "organisation": organisation(work),
        "program_name": engagement.program_name if engagement else None,
        "coach_name": engagement.coach.name if engagement else None,
    }


def accept_invitation(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Sets the password and signs in; client (C1) or coach is active from now on. Works once."""
    link, person = _locked(work, input["token"], "invitation")
    link.use(work.now)
    stored = _hash_good_password(input["password"], person)
    if person.is_client:
        person.activate(stored)
        work.publish(ClientActivated, person, person.client_facts(), Actor(person.id, "client", person.name))
        if link.engagement_id:
            record(
                work, link.engagement_id, Actor(person.id, "client", person.name), kind="client", verb="activated",
                text="created an account", target="an account", link=f"/clients/{person.id}", client_sees=False,
            )  # fmt: skip
    else:
        person.set_password(stored)
        oneself = Actor(person.id, person.role, person.name)  # type: ignore[arg-type]
        work.publish(CoachUpdated, person, person.coach_facts(), oneself)
    return begin_session(work, person)


def request_password_reset(work: Work, actor: Actor, input: Input) -> None:
    """Mails a link for a new password to who may sign in; says nothing about whether that is so."""
    person = work.session.scalar(select(Person).where(Person.email_key == email_key(input["email"])))
    if person is not None and person.may_sign_in:
        _mail_link(work, work.change(Person, person.id, what="person"), "password_reset", None, kind="password_reset")


def get_password_reset(work: Work, actor: Actor, input: Input) -> dict[str, Any]:
    """Until when the link works; `LinkDead` for one that works no more."""
    link = _link(work, input["token"], "password_reset")
    link.check(work.now)
    return {"expires_at": link.expires_at}


def reset_password(work: Work, actor: Actor, input: Input) -> Person:
    """Sets a new password and ends all sessions that the old one began. Works once."""
    link, person = _locked(work, input["token"], "password_reset")
    link.use(work.now)
    person.set_password(_hash_good_password(input["password"], person))
    revoke_sign_ins(work, person)
    return person


def revoke_links(work: Work, person: Person, purpose: str | None = None) -> None:
    """Ends the links of that person that still work; all of them, or those of one purpose."""
    open_links = select(AccountLink).where(
        AccountLink.person_id == person.id, AccountLink.used_at.is_(None), AccountLink.revoked_at.is_(None)
    )
    if purpose:
        open_links = open_links.where(AccountLink.purpose == purpose)
    for link in work.session.scalars(open_links):
        link.revoke(work.now)


def _mail_link(
    work: Work,
    person: Person,
    purpose: str,
    by: Actor | None,
    *,
    kind: str,
    engagement: Engagement | None = None,
    message: str | None = None,
) -> None:
    """A new link in place of the earlier ones of its purpose, and the request to mail it. `by` None: not by staff."""
    revoke_links(work, person, purpose)
    token = new_token()
    link = work.add(
        AccountLink(
            purpose=purpose,
            person=person,
            engagement=engagement,
            token_digest=token_digest(token),
            expires_at=work.now + LIFETIMES[purpose],
        )
    )
    page = "invitations" if purpose == "invitation" else "password"
    context = {"url": f"{work.settings.public_url}/{page}/{token}", "expires_at": instant_text(link.expires_at)}
    work.request(
        key=f"{purpose}/{link.id}",
        kind=kind,
        recipients=[{"person_id": person.id, "email": person.email, "name": person.name}],
        about={
            "kind": "client" if person.is_client else "coach",
            "id": person.id,
            "version": person.version,
        },
        trigger={"origin": "staff" if by else "automatic", "person_id": by.id if by else None},
        engagement_id=engagement.id if engagement else None,
        context=context | ({"message": message} if message else {}),
    )


def _link(work: Work, token: str, purpose: str) -> AccountLink:
    link = work.session.scalar(
        select(AccountLink).where(AccountLink.token_digest == token_digest(token), AccountLink.purpose == purpose)
    )
    if link is None:
        raise dead_link()
    return link


def _locked(work: Work, token: str, purpose: str) -> tuple[AccountLink, Person]:
    """The link and its person. The person is locked, then the link read again: of two at once one finds it used."""
    link = _link(work, token, purpose)
    person = work.change(Person, link.person_id, what="person")
    work.session.refresh(link)
    return link, person


def _hash_good_password(password: str, person: Person) -> str:
    if faults := password_faults(password, name=person.name, email=person.email):
        raise Invalid("The password would be guessed easily.", errors={"password": faults})
    return hash_password(password)
