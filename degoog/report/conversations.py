"""What to say of conversations: what was left out of them, and what reads otherwise than it did."""

from __future__ import annotations

from degoog.i18n import _, n_
from degoog.model import LossKind, SkipReason

Said = tuple[str, str, str]


def skipped(n: int) -> dict[SkipReason, Said]:
    """Give, for each reason that only conversations have: what happened to `n` things, what it means, what to do."""
    return {
        SkipReason.PRIVATE: (
            n_(
                "{number} item is a private channel or a private conversation, or lies in one.",
                "{number} items are private channels or private conversations, or lie in them.",
                n,
            ),
            _("Nothing private moves by default. It stays in the export, and nobody reads it in the new place."),
            _(
                "Nothing, if that is what you want. Otherwise name the channel in workspace.yml (roads: channels: "
                "private), with the agreement of its members, then run the same command again."
            ),
        ),
        SkipReason.NOT_AGREED: (
            n_(
                "{number} item belongs to a private conversation whose people have not all agreed.",
                "{number} items belong to private conversations whose people have not all agreed.",
                n,
            ),
            _("A private conversation moves only when each person in it agrees. Until then it stays in the export."),
            _("Ask them, write each agreement into agreements.csv, then run the same command again."),
        ),
        SkipReason.NOTICE: (
            n_(
                "{number} item is a notice that the chat wrote by itself (somebody joined, left, pinned…).",
                "{number} items are notices that the chat wrote by itself (somebody joined, left, pinned…).",
                n,
            ),
            _("Nobody wrote them; they would only make the history harder to read."),
            _("Nothing."),
        ),
    }


def lost(n: int) -> dict[LossKind, Said]:
    """Give, for each kind of loss that only conversations have: what happened, what it means, what to do."""
    return {
        LossKind.ATTACHMENT: (
            n_(
                "{number} message is without a file that hung on it.",
                "{number} messages are without a file that hung on them.",
                n,
            ),
            _("The words arrived, with a line where the file was. The list names each file and says why."),
            _(
                "Files in Slack are reached through links that expire. Download those that matter from Slack by hand, "
                "or make a new export, then run the same command with it."
            ),
        ),
        LossKind.WORDING: (
            n_(
                "{number} message reads a little otherwise: something in it has no equal in the new place.",
                "{number} messages read a little otherwise: something in them has no equal in the new place.",
                n,
            ),
            _("No words were lost; the list says what changed (a button, underlined words, a coloured chip…)."),
            _("Nothing."),
        ),
        LossKind.REACTION: (
            n_(
                "{number} message lost a reaction (an emoji that people left under it).",
                "{number} messages lost a reaction (an emoji that people left under them).",
                n,
            ),
            _("The person or the emoji is not known in the new place. The message itself is whole."),
            _("Nothing."),
        ),
        LossKind.ROOT: (
            n_(
                "{number} conversation answers a message that is not in the export.",
                "{number} conversations answer a message that is not in the export.",
                n,
            ),
            _(
                "That message was deleted or is older than the export. The answers are all there, under a line that "
                "says so."
            ),
            _("Nothing; an export that begins earlier may hold the missing message."),
        ),
        LossKind.SPLIT: (
            n_(
                "{number} message was too long, or had too many files, and continues in a second one.",
                "{number} messages were too long, or had too many files, and continue in another one.",
                n,
            ),
            _("Nothing is missing: the rest follows directly, as an answer to it."),
            _("Nothing."),
        ),
        LossKind.EMAIL: (
            n_(
                "{number} person has no e-mail address in the export.",
                "{number} people have no e-mail address in the export.",
                n,
            ),
            _("Their messages arrive under their names, but nobody can log in as them."),
            _("Write their addresses into people.csv (columns slack and email) before you migrate."),
        ),
        LossKind.GUEST: (
            n_(
                "{number} person was a guest of the chat.",
                "{number} people were guests of the chat.",
                n,
            ),
            _("Their messages arrive under their names. A guest would become a full member: so none can log in."),
            _("For those who should be members, write them into people.csv with their account, then run again."),
        ),
        LossKind.PICTURE: (
            n_(
                "{number} person's picture could not be had.",
                "{number} people's pictures could not be had.",
                n,
            ),
            _("Everything else of their accounts arrived; the new place draws their initials."),
            _("Nothing: everybody can add a picture in the new place."),
        ),
        LossKind.AUTHOR: (
            n_(
                "{number} person who wrote is not in the list of people of the export.",
                "{number} people who wrote are not in the list of people of the export.",
                n,
            ),
            _("Their messages arrive, signed with what the export tells of them."),
            _("If you know who it was, write the id and the account into people.csv before you migrate."),
        ),
    }
