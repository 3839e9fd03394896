"""What `degoog provision` does on the machines: look, install or converge, and say what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from degoog.cli import applying, asking, handover, safeguarding
from degoog.cli.context import Context
from degoog.cli.paragraphs import wrapped
from degoog.i18n import _, n_
from degoog.secrets import Keeper, Secret

if TYPE_CHECKING:
    from degoog.provision.backups import Backing
    from degoog.provision.runner import Difference, Order, Outcome

MOST = 40  # differences shown on the screen; all are in the lines of --json

CHANGES = 5


def order(
    context: Context, *, check: bool = False, limit: str = "", sudo: bool = False, backing: Backing | None = None
) -> Order:
    """Give what is to be run on the machines. Raises `Usage`, `Problems`."""
    from degoog.provision import orders

    become = asking.hidden(context, _("The password of sudo on the machine:"), option=orders.SUDO) if sudo else ""
    return orders.make(
        context.workspace, context.folder, context.environ, playbook="site.yml", check=check, limit=limit,
        backing=backing, now=context.now(),
        become=Secret(become) if become else None,
    )  # fmt: skip


def install(context: Context, *, check: bool, limit: str = "", sudo: bool = False, store: Keeper | None = None) -> int:
    """Install the servers and have them handed over, or with `check` only say what differs; gives the exit code."""
    keeper = Keeper.KEYRING if check else handover.place(context, store)
    backing = safeguarding.known(context) if check else safeguarding.had_if_wanted(context)
    what = order(context, check=check, limit=limit, sudo=sudo, backing=backing)
    _ending(context)
    outcome = applying.run(context, what)
    if outcome.troubles or outcome.stopped:
        return safeguarding.troubled(context, outcome, backing) if backing else applying.troubled(context, outcome)
    if check:
        return _differences(context, outcome)
    number = len(outcome.changes)
    context.show(
        n_(
            "The servers are as workspace.yml says; {number} thing was changed.",
            "The servers are as workspace.yml says; {number} things were changed.",
            number,
        ).format(number=number)
        if number
        else _("The servers are as workspace.yml says; nothing had to be changed.")
    )
    workspace = context.workspace
    for name, service in (("Nextcloud", workspace.nextcloud), ("Mattermost", workspace.mattermost)):
        if service is not None:
            context.show(f"  {name}: {service.url}")
    for host, told in outcome.told.items():
        for app in applying.missing(context, told):
            context.emit("missing", host=host, app=app)
    if code := handover.hand_over(context, what, keeper=keeper):
        return code
    _waiting(context, outcome)
    if backing is not None:
        safeguarding.warned(context, backing)
        context.show(
            _("They are backed up every day at {time}. The first time now: degoog backup").format(time=backing.how.at)
        )
    context.emit("summary", changed=number, exit=0)
    return 0


def _ending(context: Context) -> None:
    """Say so where a certificate that is supplied will soon be out of date."""
    from degoog.provision import certificates, variables

    tls = variables.servers(context.workspace).tls
    ends = certificates.ending(tls, base=context.folder, now=context.now())
    if ends and ends.cure:
        context.emit("ending", what=ends.what, cure=ends.cure)
        context.show(wrapped(_("{what}. To do: {cure}").format(what=ends.what, cure=ends.cure)))


def _waiting(context: Context, outcome: Outcome) -> None:
    """Say what waits: an older release, which is never upgraded in passing, and what can do without."""
    for host, told in outcome.told.items():
        if "push" in told:
            context.emit("later", host=host, what="notify_push", why=told["push"])
            context.show(
                wrapped(
                    _(
                        "{host}: what tells Nextcloud's clients of changes (notify_push) does not run yet; all else "
                        "works. It is taken up again by the next degoog provision."
                    ).format(host=host)
                )
            )
        for service in ("nextcloud", "mattermost"):
            if version := told.get(f"{service}_waits"):
                context.emit("waits", host=host, service=service, version=version)
                context.show(
                    _("{host} has {program} {version}: an upgrade waits. To see it: degoog upgrade --check").format(
                        host=host, program=service.capitalize(), version=version
                    )
                )


def _differences(context: Context, outcome: Outcome) -> int:
    from degoog.provision import story

    _waiting(context, outcome)
    if not outcome.changes:
        context.show(_("The servers are as workspace.yml says: nothing differs."))
        context.emit("summary", changed=0, exit=0)
        return 0
    context.show(_("This differs from workspace.yml; nothing was changed:"))
    for change in outcome.changes:
        context.emit("difference", host=change.host, step=change.role, task=change.task, diffs=list(change.diffs))
    for change in outcome.changes[:MOST]:
        context.show(f"  {change.host} · {story.step(change.role)} · {story.task(change.task)}")
        for line in _lines(change):
            context.show(f"      {line}")
    if len(outcome.changes) > MOST:
        more = len(outcome.changes) - MOST
        context.show(n_("  … and {number} other.", "  … and {number} others.", more).format(number=more))
    context.show(_("To bring the servers back to it: degoog provision"))
    context.emit("summary", changed=len(outcome.changes), exit=CHANGES)
    return CHANGES


def _lines(change: Difference) -> Iterator[str]:
    """Give what a change takes away and brings, a few lines of it."""
    import difflib

    for diff in change.diffs:
        if {"before", "after"} <= diff.keys() and all(isinstance(diff[side], str) for side in ("before", "after")):
            lines = difflib.unified_diff(diff["before"].splitlines(), diff["after"].splitlines(), lineterm="", n=0)
            yield from [line for line in lines if line[:3] not in {"---", "+++", "@@ "}][:12]
        elif "prepared" in diff:
            yield from str(diff["prepared"]).splitlines()[:6]
