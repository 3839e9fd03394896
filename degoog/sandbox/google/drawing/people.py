"""Who is who at "Les Jardins de la Lauze", and around it."""

from degoog.sandbox.google.nodes import Grant, Grantee, Role, user
from degoog.sandbox.google.people import DOMAIN, Directory, Person

CAMILLE = f"camille@{DOMAIN}"
MAELLE = f"maelle@{DOMAIN}"
YANN = f"yann-ael@{DOMAIN}"
ORTENSIA = f"ortensia@{DOMAIN}"
NOEMIE = "noemie.castagne@maraichage.example"
CLEMENCE = "clemence@abbaye-du-lac.example"
OFFICE = f"bureau@{DOMAIN}"


def directory() -> Directory:
    """Camille looks after the computers and may administer the domain; Ortensia left, her account is suspended;
    Noémie has a private account elsewhere. Sœur Clémence has no Google account: things are shared with her address.
    """
    people = (
        Person(email=CAMILLE, name="Camille Vidal", admin=True),
        Person(email=MAELLE, name="Maëlle Roudaut"),
        Person(email=YANN, name="Yann-Aël Ferrières"),
        Person(email=ORTENSIA, name="Ortensia Păun", suspended=True),
        Person(email=NOEMIE, name="Noémie Castagné", domain=""),
    )
    return Directory(people, [(OFFICE, (CAMILLE, MAELLE))])


def office(role: Role = Role.WRITER) -> Grant:
    """Shared with the board's group."""
    return Grant(kind=Grantee.GROUP, role=role, who=OFFICE)


def everybody(role: Role = Role.READER) -> Grant:
    """Shared with the whole association: who finds it has opened it once."""
    return Grant(kind=Grantee.DOMAIN, role=role, who=DOMAIN)


def link(role: Role = Role.READER) -> Grant:
    """Shared with whoever has the link."""
    return Grant(kind=Grantee.ANYONE, role=role)


__all__ = ["CAMILLE", "CLEMENCE", "MAELLE", "NOEMIE", "OFFICE", "ORTENSIA", "YANN", "directory", "everybody", "link",
           "office", "user"]  # fmt: skip
