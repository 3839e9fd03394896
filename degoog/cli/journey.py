"""What the commands that move and compare share: both ends, the plan on screen, the closing screen."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from degoog.cli import asking, departing
from degoog.cli.context import Context
from degoog.cli.paragraphs import wrapped
from degoog.ends import near
from degoog.filters import Filters, Rule
from degoog.happenings import Compared
from degoog.i18n import _
from degoog.observe import Watcher

if TYPE_CHECKING:
    from degoog.cli.departing import Follow
    from degoog.config_schema import Workspace
    from degoog.ends import Destination, Origin
    from degoog.ledger import Lane, Ledger
    from degoog.ledger.walk import Keep
    from degoog.model import Held
    from degoog.ports import Earlier, Event, Leg, Target
    from degoog.roads import Outside
    from degoog.runs import Ended, Planned


SOURCE = "--source"
MOST = 4  # reasons for what stays behind, in the plan that `migrate` shows


class Screen(Watcher):
    """Progress that can step aside while something is printed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._inner: Watcher = context.watcher()

    def notify(self, event: Event) -> None:
        """Pass it on."""
        self._inner.notify(event)

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def step_aside(self) -> None:
        """Take away what is on the screen; it comes back with the next event."""
        self._inner.close()
        self._inner = self._context.watcher()

    def close(self) -> None:
        """Take away what is on the screen."""
        self._inner.close()


class Counting(Watcher):
    """Passes on what happens, and keeps what was counted in each conversation."""

    def __init__(self, inner: Watcher) -> None:
        self._inner = inner
        self.told: list[tuple[str, Held, Held]] = []

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def notify(self, event: Event) -> None:
        """Pass it on."""
        self._inner.notify(event)
        if isinstance(event, Compared):
            self.told.append((event.path, event.arrived, event.there))

    def close(self) -> None:
        """Close what it passes on to."""
        self._inner.close()


class Trip:
    """A road as a command was asked to take it: options win over workspace.yml."""

    def __init__(
        self,
        context: Context,
        road: str,
        *,
        sources: Sequence[Origin] = (),
        to: Destination | None = None,
        into: str | None = None,
        include: Sequence[Rule] = (),
        exclude: Sequence[Rule] = (),
    ) -> None:
        from degoog import roads

        self._context = context
        self._given = roads.Given(tuple(sources), to, into)
        self._road = roads.road(road)
        self._rules = [
            word
            for option, rules in (("--include", include), ("--exclude", exclude))
            for rule in rules
            for word in (option, str(rule))
        ]
        written = self._road.section(context.workspace_if_any).filters
        self.filters = Filters((*written.include, *include), (*written.exclude, *exclude))
        self.name = self._road.name

    def legs(self, observer: Watcher, earlier: Earlier) -> Sequence[Leg]:
        """Give the lanes to run, not opened yet. Raises `Usage`."""
        return self._road.legs(self._given, self._outside(observer), earlier)

    @property
    def has_source(self) -> bool:
        """Whether it is known where things come from."""
        return bool(self._given.sources or self._road.section(self._context.workspace_if_any).source)

    def targets(self, observer: Watcher) -> Sequence[Target[Any]]:
        """Give where things went, not opened yet. Raises `Usage`."""
        return self._road.targets(self._given, self._outside(observer))

    def _outside(self, observer: Watcher) -> Outside:
        from degoog import agreements, people, roads

        context = self._context
        return roads.Outside(
            context.environ,
            context.workspace_if_any,
            lambda: context.secrets,
            observer,
            lambda: people.read(context.folder),
            lambda: agreements.read(context.folder),
            context.transport,
            context.time,
        )

    def typed(self) -> list[str]:
        """Give the options that said what comes along, to be kept; a secret address is kept nowhere."""
        sources = [word for origin in self._given.sources for word in (SOURCE, str(origin))]
        return [] if any("://" in word for word in sources) else [*sources, *self._rules]

    def again(self, ledger: Ledger) -> str:
        """Give the command that migrates, from where the last run did unless this one was told."""
        if self._given.sources:
            return command("migrate", self, source=True)
        words = [shlex.join(source_again(ledger, self.name)), self.options(source=False)]
        return " ".join(part for part in ("degoog", "migrate", self.name, *words) if part)

    def options(self, *, source: bool) -> str:
        """Give the options to type again, with or without those that say what comes along."""
        given = self._given
        words = [word for origin in given.sources for word in (SOURCE, str(origin.near()))] if source else []
        words += ["--to", str(given.to.near())] if given.to else []
        words += ["--into", given.into] if given.into else []
        words += self._rules if source else []
        words += workspace_option(self._context)
        return shlex.join(words)


def workspace_option(context: Context) -> list[str]:
    """Give `--workspace` again where it was given."""
    given = context.workspace_given
    return ["--workspace", str(given)] if given else []


def typed_again(folder: Path, ledger: Ledger, workspace: Workspace | None, road: str) -> tuple[str, str]:
    """Give what is to be typed after `migrate` and the road's name, and after every other command's, from here.

    It names a workspace elsewhere, and the source, rules and target of the last run that workspace.yml does not.
    """
    from degoog import roads

    words = [] if folder.absolute() == Path.cwd() else ["--workspace", str(folder)]
    lanes = ledger.lanes(road)
    if lanes and not roads.road(road).section(workspace).to:
        words = [*roads.again(lanes[-1].address, road=road), *words]
    return shlex.join([*source_again(ledger, road), *words]), shlex.join(words)


def source_again(ledger: Ledger, road: str) -> list[str]:
    """Give what was last typed to say where things come from and which of them, with paths as short as from here."""
    words = ledger.typed(road)
    return [near(word) if before == SOURCE else word for before, word in zip(["", *words], words, strict=False)]


def migrate(
    context: Context,
    trip: Trip,
    *,
    rehearsal: bool,
    ask: bool,
    jobs: int | None,
    rate: int | None,
    follow: Follow | None = None,
) -> int:
    """Plan, show, and unless refused migrate; gives the exit code."""
    from degoog import runs

    with Screen(context) as screen:

        def agree(planned: Planned) -> bool:
            screen.step_aside()
            context.say("\n".join(plan_screen(planned, most=MOST)) + "\n")
            return not ask or asking.yes(context, _("Go on?"), option="--yes")

        def ended(ledger: Ledger, lanes: Sequence[Lane], how: Ended) -> None:
            screen.step_aside()
            with ledger.only(*lanes):
                close(context, trip, ledger, how, rehearsal=rehearsal)

        journey = runs.Journey(
            road=trip.name, legs=lambda earlier: trip.legs(screen, earlier), ledger=context.home() / runs.LEDGER,
            observer=screen, command="migrate", keep=kept(trip), typed=trip.typed(), jobs=jobs, rate=rate,
            rehearsal=rehearsal, agree=agree, stopping=lambda: stopping(context, screen), ended=ended, follow=follow,
        )  # fmt: skip
        return asyncio.run(runs.run_migration(journey)).exit


def plan(context: Context, trip: Trip, *, follow: Follow | None = None) -> int:
    """Walk the source into the ledger and show what a migration would do."""
    from degoog import runs

    with Screen(context) as screen:

        def show(planned: Planned) -> bool:
            screen.step_aside()
            context.show("\n".join(plan_screen(planned, most=None)) + "\n")
            return False

        def ended(ledger: Ledger, lanes: Sequence[Lane], how: Ended) -> None:
            with ledger.only(*lanes):
                emit_summary(context, trip, ledger, how.run, seconds=how.seconds, exit_code=how.exit)

        journey = runs.Journey(
            road=trip.name, legs=lambda earlier: trip.legs(screen, earlier), ledger=context.home() / runs.LEDGER,
            observer=screen, command="plan", keep=kept(trip), typed=trip.typed(), agree=show,
            stopping=lambda: stopping(context, screen), ended=ended, follow=follow,
        )  # fmt: skip
        how = asyncio.run(runs.run_migration(journey))
    if how.exit == runs.INTERRUPTED:
        show_next(context, _("Stopped at your request. To go on:"), command("plan", trip, source=True))
    else:
        again = command("migrate", trip, source=True) + (departing.OPTION if follow else "")
        show_next(context, how.stopped or _("To move all this:"), again)
    return how.exit


def kept(trip: Trip) -> Keep | None:
    """Give the filters' verdict, None where there is no rule."""
    return trip.filters.verdict if trip.filters.include or trip.filters.exclude else None


def command(name: str, trip: Trip, *, source: bool) -> str:
    """Give a command line that can be pasted."""
    return " ".join(part for part in ("degoog", name, trip.name, trip.options(source=source)) if part)


def plan_screen(planned: Planned, *, most: int | None) -> list[str]:
    """Give the plan, with so many reasons at most for what stays behind."""
    from degoog.report import plan_lines

    with planned.ledger.only(*planned.lanes):
        told = plan_lines(
            planned.ledger, road=planned.lanes[0].road, free=planned.room, most=most, width=width(),
            leaving=planned.leaving is not None and planned.leaving.items > 0,
        )  # fmt: skip
    return [*told, *departing.ahead(planned, width=width())]


def stopping(context: Context, screen: Screen) -> None:
    """Answer whoever pressed Ctrl-C at once: what is in hand may take a while."""
    screen.step_aside()
    context.say(
        _("Stopping cleanly: what is in hand is being finished, nothing is lost. (Ctrl-C again stops at once.)") + "\n"
    )


def show_next(context: Context, why: str, line: str) -> None:
    """Print a sentence and the command to paste."""
    context.show(f"{wrapped(why)}\n  {line}")


def close(context: Context, trip: Trip, ledger: Ledger, how: Ended, *, rehearsal: bool) -> None:
    """Print the closing screen, or the summary."""
    from degoog import runs
    from degoog.report import gather, rehearsed

    again = command("migrate", trip, source=True) + (departing.OPTION if how.followed or how.unasked else "")
    interrupted = how.exit == runs.INTERRUPTED
    if interrupted:
        context.show(wrapped(_("Stopped at your request. Nothing is lost: what has arrived is recorded.")) + "\n")
    elif how.stopped:
        context.show(wrapped(how.stopped) + "\n")
    if not how.agreed:
        show_next(context, _("Nothing was moved, as you wished. When you are ready:"), again)
    elif rehearsal and (interrupted or how.stopped):
        show_next(context, _("This was a rehearsal: nothing was moved, nothing was changed. To begin again:"),
                  f"{again} --dry-run")  # fmt: skip
    elif rehearsal:
        lines = rehearsed(
            gather(ledger, run=how.run, road=trip.name), again=again, width=width(), followed=how.followed
        )
        context.show("\n".join(lines))
    elif interrupted and not how.balance.found:  # before the source was looked through
        show_next(context, _("To begin again:"), again)
    else:
        show_closing(context, trip, ledger, run=how.run, again=again, followed=how.followed)
    for line in departing.afterwards(how, again=again, width=width()):
        context.show(line)
    emit_summary(context, trip, ledger, how.run, seconds=how.seconds, exit_code=how.exit)


def show_closing(
    context: Context,
    trip: Trip,
    ledger: Ledger,
    *,
    run: int | None = None,
    extra: int = 0,
    again: str = "",
    followed: bool = False,
) -> None:
    """Print the closing screen of a migration, or, without a run, of a comparison."""
    from degoog.report import closing, compared, gather

    lines = (compared if run is None else partial(closing, followed=followed))(
        gather(ledger, run=run, road=trip.name, extra=extra),
        again=again or trip.again(ledger),
        options=trip.options(source=False),
        workspace=shlex.join(workspace_option(context)),
        zone=context.zone,
        width=width(),
    )
    context.show("\n".join(lines))


def emit_summary(
    context: Context, trip: Trip, ledger: Ledger, run: int, *, seconds: float, exit_code: int, extra: int = 0
) -> None:
    """Print the last line of `--json`."""
    from degoog.report import summary

    if context.json:
        told = summary(ledger, road=trip.name, seconds=seconds, exit_code=exit_code, run=run or None, extra=extra)
        context.emit("summary", **{key: value for key, value in told.items() if key != "event"})


def verify(context: Context, trip: Trip, *, full: bool, sample: float | None) -> int:
    """Compare, then say in one sentence how things stand."""
    from degoog import roads, runs
    from degoog.cli import comparing
    from degoog.engine import Check
    from degoog.ledger import Ledger
    from degoog.report import held

    check = Check.FULL if full else Check.SAMPLE if sample else Check.LIST
    began = time.monotonic()
    with Ledger(runs.existing(context.folder)) as ledger:
        with Counting(Screen(context)) as screen:
            verified, lanes = asyncio.run(
                runs.run_verification(
                    trip.targets(screen), ledger, road=trip.name, observer=screen, check=check, share=sample or 0.0
                )
            )
        code = 0 if verified.sound else 3
        told = comparing.compare(context, trip, ledger) if full and trip.name == roads.CALENDARS else []
        code = 3 if told and code == 0 else code
        with ledger.only(*lanes):
            for line in held(screen.told, zone=context.zone):
                context.show(wrapped(line))
            show_closing(context, trip, ledger, extra=verified.extra)
            for line in told:
                context.show(line)
            emit_summary(
                context, trip, ledger, 0, seconds=time.monotonic() - began, exit_code=code, extra=verified.extra
            )
    return code


def width() -> int:
    """Give the width to fold at: within the screen, and no wider than one likes to read."""
    return min(80, shutil.get_terminal_size((80, 24)).columns - 1)
