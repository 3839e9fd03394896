"""For every cause in the ledger: what happened, what it means for the data, what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from degoog.i18n import _, n_
from degoog.ledger.checking import Verdict
from degoog.ledger.entries import Cause, Unsettled
from degoog.model import Departure, FailReason, LossKind, Outcome, SkipReason
from degoog.report import agendas, changes, conversations, departures
from degoog.wording import count

# What waits for a person; every other cause is told for information.
TO_LOOK_AT: tuple[Cause, ...] = (
    Verdict.MISSING,
    Verdict.CHANGED,
    Outcome.PENDING,
    *FailReason,
    SkipReason.NOT_EXPORTED,
    SkipReason.NO_TARGET_ACCOUNT,
    Verdict.UNPROVEN,
    LossKind.BESIDE,
    LossKind.ATTACHMENT,
    LossKind.EMAIL,
    LossKind.ZONE,
    LossKind.RECURRENCE,
)


@dataclass(frozen=True, slots=True)
class Remedy:
    """Three sentences about one cause, in the reader's language; `happened` begins with the number of things."""

    happened: str
    means: str
    todo: str


def remedy(cause: Cause, number: int) -> Remedy:
    """Give what to say of `number` things with one cause."""
    match cause:
        case FailReason():
            said = (_failed(number) | agendas.failed(number))[cause]
        case SkipReason():
            said = (_skipped(number) | conversations.skipped(number) | agendas.skipped(number))[cause]
        case LossKind():
            said = (changes.lost(number) | conversations.lost(number) | agendas.lost(number))[cause]
        case Verdict():
            said = changes.checked(number)[cause]
        case Departure():
            said = departures.departed(number)[cause]
        case Outcome():
            said = _unsettled(number)[cause]
    happened, means, todo = said
    return Remedy(happened.format(number=count(number)), means, todo)


def _unsettled(n: int) -> dict[Unsettled, tuple[str, str, str]]:
    return {
        Outcome.PENDING: (
            n_("{number} item has not been moved yet.", "{number} items have not been moved yet.", n),
            _("All of it is untouched at the source; nothing is lost."),
            _("Run the same command again: it goes on where it stopped."),
        ),
        Outcome.GONE: (
            n_(
                "{number} item is no longer at the source since an earlier run.",
                "{number} items are no longer at the source since an earlier run.",
                n,
            ),
            _(
                "Somebody deleted that there, or the archive no longer holds it. What had been moved is kept in the "
                "new place."
            ),
            _("Nothing. What is no longer wanted can be deleted in the new place, by you."),
        ),
    }


def _skipped(n: int) -> dict[SkipReason, tuple[str, str, str]]:
    return {
        SkipReason.FILTERED: (
            n_(
                "{number} item was left out by your rules (include, exclude).",
                "{number} items were left out by your rules (include, exclude).",
                n,
            ),
            _("What is left out stays where it is, untouched."),
            _("Nothing, if that is what you want. Otherwise change the rules and run the same command again."),
        ),
        SkipReason.PARENT_SKIPPED: (
            n_(
                "{number} item lies in a folder that was left out.",
                "{number} items lie in folders that were left out.",
                n,
            ),
            _("What is left out stays in its folder, untouched."),
            _("Nothing, if the folder is rightly left out."),
        ),
        SkipReason.MOVED_BY_OWNER: (
            n_(
                "{number} item belongs to somebody whose own migration moves it.",
                "{number} items belong to people whose own migration moves them.",
                n,
            ),
            _("Each is moved once, to its owner's space, and not once for everybody who sees it."),
            _("Check with “degoog status” that the owners' migrations have run."),
        ),
        SkipReason.NO_TARGET_ACCOUNT: (
            n_(
                "{number} item belongs to somebody who has no connected account in the new place.",
                "{number} items belong to people who have no connected account in the new place.",
                n,
            ),
            _("All of it stays at the source: degoog never puts one person's documents into another person's space."),
            _(
                "Write these people's accounts into people.csv, have each of them open the link that "
                "“degoog connect nextcloud --account LOGIN” gives, then run the same command again."
            ),
        ),
        SkipReason.NOT_SUPPORTED: (
            n_(
                "{number} item is of a kind that degoog does not move (mail, photo albums, notes…).",
                "{number} items are of a kind that degoog does not move (mail, photo albums, notes…).",
                n,
            ),
            _("All of it stays at Google and in the archive, untouched."),
            _("Keep the archive. If you need its contents elsewhere, ask your host how to bring them in."),
        ),
        SkipReason.OTHER_ROAD: (
            n_(
                "{number} item is not a file: it moves with a command of its own (calendars, contacts, tasks).",
                "{number} items are not files: they move with a command of their own (calendars, contacts, tasks).",
                n,
            ),
            _("All of it stays in the archive, untouched, until then."),
            _("Keep the archive: its own command will move the rest."),
        ),
        SkipReason.NOT_EXPORTED: (
            n_(
                "{number} item is missing from the archive: Google says it left it out.",
                "{number} items are missing from the archive: Google says it left them out.",
                n,
            ),
            _("Google still has the originals, but degoog never saw them."),
            _(
                "Ask Google for a new export, or download what is missing from Google Drive by hand; then run the same "
                "command again."
            ),
        ),
    }


def _failed(n: int) -> dict[FailReason, tuple[str, str, str]]:
    return {
        FailReason.DAMAGED: (
            n_("{number} file is damaged in the archive.", "{number} files are damaged in the archive.", n),
            _("Nothing was written instead. The originals are untouched where the archive comes from."),
            _(
                "Download this part of the archive again (a cut download is the usual cause), put it in place of the "
                "old one, then run the same command again."
            ),
        ),
        FailReason.MISSING_PART: (
            n_(
                "{number} item is announced by the archive but is in none of the parts given.",
                "{number} items are announced by the archive but are in none of the parts given.",
                n,
            ),
            _("A part of the archive is missing here. The originals are untouched where the archive comes from."),
            _(
                "Download the missing part from the page of your export, add it with one more --source, then run the "
                "same command again. If it is not there any more, ask for a new export."
            ),
        ),
        FailReason.UNSAFE_PATH: (
            n_(
                "{number} entry of the archive has a path that leads out of it.",
                "{number} entries of the archive have a path that leads out of it.",
                n,
            ),
            _(
                "Nothing was unpacked from there, and nothing was written outside the new place. No export has such "
                "entries."
            ),
            _("Check where this archive comes from, and download it again from there."),
        ),
        FailReason.LINK: (
            n_(
                "{number} entry of the archive is a link or a device, not a file.",
                "{number} entries of the archive are links or devices, not files.",
                n,
            ),
            _("A link holds no document of its own, and degoog follows none."),
            _("If you expected a document there, add the document itself to Google Drive and export again."),
        ),
        FailReason.BOMB: (
            n_(
                "{number} file unpacks to far more than the archive announces.",
                "{number} files unpack to far more than the archive announces.",
                n,
            ),
            _("Unpacking was stopped to protect your disk. Nothing was written instead."),
            _("Download the archive again. If it happens again, set it aside and ask whoever made it."),
        ),
        FailReason.ENCRYPTED: (
            n_("{number} file is locked with a password.", "{number} files are locked with a password.", n),
            _("degoog cannot read behind a password. Nothing was written instead."),
            _("Make the archive again without a password, then run the same command with it."),
        ),
        FailReason.UNREADABLE: (
            n_(
                "{number} item could not be read: the source would not give it.",
                "{number} items could not be read: the source would not give them.",
                n,
            ),
            _("All of it is untouched at the source; there is no copy in the new place."),
            _(
                "What the source says stands beside each. Of a file, ask the owner to allow downloading (in Google "
                "Drive: Share, then the settings). Then run the same command again."
            ),
        ),
        FailReason.DEFERRED: (
            n_(
                "{number} item cannot be had from the source today.",
                "{number} items cannot be had from the source today.",
                n,
            ),
            _("All of it is untouched at the source; nothing is lost."),
            _("The list says why beside each. Run the same command again later: tomorrow, if it is a daily limit."),
        ),
        FailReason.FLAGGED: (
            n_(
                "{number} file is taken for malware by the source, which does not give it.",
                "{number} files are taken for malware by the source, which does not give them.",
                n,
            ),
            _("All of it is untouched at the source; there is no copy in the new place."),
            _("If you know better, download the file by hand from Google Drive, with its owner's account."),
        ),
        FailReason.FORBIDDEN_NAME: (
            n_(
                "{number} item has a name the new place refuses, even adapted.",
                "{number} items have names the new place refuses, even adapted.",
                n,
            ),
            _("All of it is untouched at the source; there is no copy in the new place."),
            _("Give simpler names at the source, of letters and digits, then run the same command again."),
        ),
        FailReason.LOCKED: (
            n_(
                "{number} file could not be written: somebody was working on it in the new place.",
                "{number} files could not be written: somebody was working on them in the new place.",
                n,
            ),
            _("What is in the new place was left as it is."),
            _("Ask that the document be closed in the new place, then run the same command again."),
        ),
        FailReason.TOO_LARGE: (
            n_(
                "{number} file is larger than the new place accepts.",
                "{number} files are larger than the new place accepts.",
                n,
            ),
            _("All of it is untouched at the source; there is no copy in the new place."),
            _("Ask your host to raise the largest size allowed, then run the same command again."),
        ),
        FailReason.HASH_MISMATCH: (
            n_(
                "{number} file arrived different from what was sent.",
                "{number} files arrived different from what was sent.",
                n,
            ),
            _("What arrived so does not count as moved. The originals are untouched."),
            _("Run the same command again. If it happens again, tell your host: a disk or a proxy alters what passes."),
        ),
        FailReason.CONNECTION: (
            n_(
                "{number} item could not be transferred: the connection broke several times.",
                "{number} items could not be transferred: the connection broke several times.",
                n,
            ),
            _("All of it is untouched at the source; nothing half-written counts as moved."),
            _("Check the network, then run the same command again: only what is missing is sent."),
        ),
        FailReason.PARENT_FAILED: (
            n_(
                "{number} item waits for its folder, which could not be made.",
                "{number} items wait for their folder, which could not be made.",
                n,
            ),
            _("All of it is untouched at the source; there is no copy in the new place."),
            _(
                "If something is said of the folder (or the channel), mend that first. Then run the same command "
                "again: what somebody moved or deleted in the new place is found or made again."
            ),
        ),
        FailReason.REJECTED: (
            n_(
                "{number} item was refused by the new place, for the reason given beside it.",
                "{number} items were refused by the new place, for the reason given beside each.",
                n,
            ),
            _("All of it is untouched at the source; there is no copy in the new place."),
            _(
                "Read the reason in the list, mend it, then run the same command again. If it tells you nothing, send "
                "the list and the log to your host."
            ),
        ),
    }
