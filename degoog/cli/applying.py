"""A playbook of ours, run for a command: a bar while it lasts, and what went wrong in words."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from degoog.cli.context import Context
from degoog.cli.paragraphs import wrapped
from degoog.i18n import _

if TYPE_CHECKING:
    from degoog.provision.runner import Order, Outcome

SERVICE, MISUSED, INTERRUPTED = 4, 2, 130


def run(context: Context, what: Order) -> Outcome:
    """Run a playbook of ours, with a bar a person understands; Ctrl-C stops it."""
    from degoog.observe import Steps
    from degoog.provision import runner, story

    context.home()
    if context.ansible is not None:
        return context.ansible(what)
    with _stopping(context) as stop, Steps(None if context.quiet else sys.stderr) as screen:

        def watch(step: runner.Step) -> None:
            context.emit("step", step=step.role, task=step.task, done=step.done, total=step.total)
            screen.tell(story.step(step.role), step.done, step.total)

        return runner.run(what, watch=watch, stop=stop.is_set)


@contextlib.contextmanager
def _stopping(context: Context) -> Iterator[threading.Event]:
    """Have Ctrl-C stop the run; a task that was already sent to a machine may go on there (provisioning.md §5)."""
    stop = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        if not stop.is_set():
            context.say(_("Stopping. What the machine had begun may still go on there for a while."))
        stop.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def missing(context: Context, told: Mapping[str, Any]) -> list[str]:
    """Say which applications of Nextcloud a machine tells it could not have; gives their ids."""
    apps = list(told.get("missing", ()))
    for app in apps:
        text = _(
            "Nextcloud goes without its application “{app}”, which could not be had or switched on. To do: look at it "
            "in the list of applications; the next degoog provision tries it again."
        )
        context.show(wrapped(text.format(app=app)))
    return apps


def troubled(context: Context, outcome: Outcome) -> int:
    """Say what went wrong, how things stand and what to do, where no trouble says so itself; gives the exit code."""
    from degoog.provision import story

    if outcome.stopped:
        context.show(
            wrapped(
                _(
                    "Stopped at your request. What was done stays, and does no harm: the same command goes on "
                    "from there."
                )
            )
        )
        context.emit("summary", exit=INTERRUPTED)
        return INTERRUPTED
    told = [story.tell(trouble) for trouble in outcome.troubles]
    for one in told:
        context.show(wrapped(str(one)))
        context.emit("trouble", what=one.what, cure=one.cure)
    if not any(one.standing for one in told):
        context.show(wrapped(story.state(outcome.troubles)))
    code = SERVICE if all(one.wait for one in told) else MISUSED
    context.emit("summary", exit=code)
    return code
