"""What to say of calendars, contacts and tasks: what was left out, what could not be read, what changed."""

from __future__ import annotations

from degoog.i18n import _, n_
from degoog.model import FailReason, LossKind, SkipReason

Said = tuple[str, str, str]


def skipped(n: int) -> dict[SkipReason, Said]:
    """Give, for each reason that only calendars have: what happened to `n` things, what it means, what to do."""
    return {
        SkipReason.BUSY_ONLY: (
            n_(
                "{number} calendar shows only when somebody is busy, not what the events are.",
                "{number} calendars show only when somebody is busy, not what the events are.",
                n,
            ),
            _("It belongs to somebody else, whose own migration moves it with all its details."),
            _("Nothing, if its owner moves too. Otherwise ask the owner for the right to see all details."),
        ),
        SkipReason.SUBSCRIBED: (
            n_(
                "{number} calendar is kept by somebody else (public holidays, a school, a sports club).",
                "{number} calendars are kept by somebody else (public holidays, schools, sports clubs).",
                n,
            ),
            _("A copy would never be brought up to date again, so none is made."),
            _("In the new place, subscribe to it again: in Calendar, “New calendar”, then “New subscription”."),
        ),
        SkipReason.BIRTHDAYS: (
            n_(
                "{number} birthday or calendar of birthdays is made by Google from the contacts.",
                "{number} birthdays or calendars of birthdays are made by Google from the contacts.",
                n,
            ),
            _("The birthdays come with the contacts, and the new place makes its own calendar of them."),
            _("Move the contacts too: degoog migrate contacts."),
        ),
    }


def failed(n: int) -> dict[FailReason, Said]:
    """Give, for each failure that only they have: what happened to `n` things, what it means, what to do."""
    return {
        FailReason.BROKEN: (
            n_(
                "{number} item cannot be understood: its file is damaged there.",
                "{number} items cannot be understood: their file is damaged there.",
                n,
            ),
            _("All the others arrived. The list says in which line the damage begins."),
            _("Enter it by hand in the new place, or mend the file, then run the same command again."),
        ),
        FailReason.TRASHED: (
            n_(
                "{number} item is in the trash of the new place, which does not take it a second time.",
                "{number} items are in the trash of the new place, which does not take them a second time.",
                n,
            ),
            _("Somebody deleted that in the new place. It is whole at the source, and in that trash."),
            _(
                "If it is wanted, restore it from the trash of the calendar. If not, empty the trash, or leave things "
                "as they are."
            ),
        ),
    }


def lost(n: int) -> dict[LossKind, Said]:
    """Give, for each kind of loss that only they have: what happened to `n` things, what it means, what to do."""
    return {
        LossKind.UID: (
            n_(
                "{number} event had the identity of another one, and got a new one.",
                "{number} events had the identity of other ones, and got new ones.",
                n,
            ),
            _("Both are there. An answer to an old invitation may reach only the first."),
            _("Nothing."),
        ),
        LossKind.ZONE: (
            n_(
                "{number} event is in a time zone that nobody knows.",
                "{number} events are in time zones that nobody knows.",
                n,
            ),
            _("Its hours were taken in the calendar's own zone. The list gives the name that was there."),
            _("Check the hours in the new place."),
        ),
        LossKind.TEXT: (
            n_(
                "{number} item held characters that could not be read as they were.",
                "{number} items held characters that could not be read as they were.",
                n,
            ),
            _("Accents were recovered as well as possible; signs that are no text were taken out."),
            _("Look at these once in the new place."),
        ),
        LossKind.RECURRENCE: (
            n_(
                "{number} event repeats by a rule that no calendar can follow.",
                "{number} events repeat by a rule that no calendar can follow.",
                n,
            ),
            _("It arrived, with its first date at least. The list gives the rule, and the event keeps it as a note."),
            _("Set the repetition again in the new place."),
        ),
        LossKind.LINK: (
            n_(
                "{number} item has a link to a file that stays where it is.",
                "{number} items have links to files that stay where they are.",
                n,
            ),
            _("The link was kept as it was; it works as long as the file is there and may be seen."),
            _(
                "Move the files (degoog migrate files). A link follows when its item is read again, and that is when "
                "it changes at the source: change something in it there, then run the same command again. Another "
                "time, move files before calendars."
            ),
        ),
        LossKind.PHOTO: (
            n_(
                "{number} contact lost a picture too large for the new place.",
                "{number} contacts lost a picture too large for the new place.",
                n,
            ),
            _("Everything else of it arrived."),
            _("Choose a smaller picture in the new place, if you wish."),
        ),
        LossKind.GUESTS: (
            n_(
                "{number} event has more guests than Google tells.",
                "{number} events have more guests than Google tells.",
                n,
            ),
            _("The event arrived with the guests that are known."),
            _("If the list of guests matters, note it from Google before you close the account."),
        ),
        LossKind.FIELD: (
            n_(
                "{number} item said something that calendars and address books have no place for.",
                "{number} items said something that calendars and address books have no place for.",
                n,
            ),
            _("Everything else of it arrived; the list gives the words that did not."),
            _("Nothing, unless you relied on them."),
        ),
    }
