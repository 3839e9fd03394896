"""The program: its commands, and what becomes of an error."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from degoog import __version__, i18n
from degoog.cli.context import HOME, Session
from degoog.cli.kit import Group, Option, common_options
from degoog.cli.paragraphs import wrapped
from degoog.cli.words import speaking
from degoog.errors import DegoogError, Refused, Unavailable, Usage
from degoog.i18n import N_, _

_log = logging.getLogger("degoog")

# In the order in which one meets them. Each module `degoog.cli.<name>` has a `command`.
COMMANDS = (
    "templates", "init", "connect", "doctor", "provision", "upgrade", "backup", "restore", "health", "archives",
    "people", "welcome", "rgpd", "plan", "migrate", "verify", "report", "status", "find", "ledger", "release", "demo",
    "completion",
)  # fmt: skip

INTERRUPTED = 130


class Program(Group):
    """`degoog`: finds its commands when they are needed, and turns every error into a paragraph and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Name the commands in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"degoog.cli.{cmd_name}").command
        return found

    def main(  # type: ignore[override]  # click's overloads tell apart what is always one thing here
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002  # click's signature
        **extra: Any,  # noqa: ANN401
    ) -> int:
        """Run a command line; exits with its code, or gives it where `standalone_mode` is false."""
        words = list(sys.argv[1:] if args is None else args)
        session = extra.setdefault("obj", None) or Session()
        extra["obj"] = session
        if "--json" in words:
            session.settings["json"] = True  # also for what goes wrong before the option is reached
        with speaking(_language(words, session)):
            code = self._guarded(session, words, prog_name or "degoog", complete_var, extra)
        if standalone_mode:
            sys.exit(code)
        return code

    def _guarded(  # one way out for each kind of end
        self, session: Session, words: list[str], prog_name: str, complete_var: str | None, extra: dict[str, Any]
    ) -> int:
        try:
            code = super().main(words, prog_name, complete_var, standalone_mode=False, **extra)
            sys.stdout.flush()
            return code if isinstance(code, int) else 0
        except click.Abort:
            text = _("Stopped at your request. Nothing is lost.")
            if session.settings.get("json"):
                _emit_error("interrupted", text, None, INTERRUPTED)
            else:
                click.echo(text, err=True)
            return INTERRUPTED
        except click.ClickException as error:
            return _misused(session, error)
        except DegoogError as error:
            return _told(session, error)
        except BrokenPipeError:
            return _quietly()
        except Exception as error:  # noqa: BLE001  # the one place where anything may arrive
            told = _of_the_ledger(error)
            return _told(session, told) if told else _bug(session, error)
        finally:
            session.log.close()


def _language(words: Sequence[str], session: Session) -> str:
    """Find the language before anything is parsed: --lang, the workspace file, then the environment."""
    given = _value_of("--lang", words)
    if given in i18n.LANGUAGES:
        return given
    with suppress(OSError):
        file = Path(_value_of("--workspace", words) or ".") / "workspace.yml"
        text = file.read_bytes()[:65536].decode("utf-8", errors="replace")
        if match := re.search(r"^language:\s*['\"]?(fr|en)\b", text, re.MULTILINE):
            return match[1]
    return i18n.from_environment(dict(session.environ))


def _value_of(option: str, words: Sequence[str]) -> str:
    for number, word in enumerate(words):
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and number + 1 < len(words):
            return words[number + 1]
    return ""


def exit_code(error: DegoogError) -> int:
    """Give the exit code of an error that stops a command."""
    match error:
        case Unavailable():
            return 4
        case Refused():
            return 3
        case _:
            return 2


def _misused(session: Session, error: click.ClickException) -> int:
    if session.settings.get("json"):
        _emit_error("usage", error.format_message(), None, error.exit_code)
    else:
        error.show()
    return error.exit_code


def _told(session: Session, error: DegoogError) -> int:
    code = exit_code(error)
    _log.error("%s: %s", type(error).__name__, error, exc_info=error)
    log = _settle(session)
    if session.settings.get("json"):
        _emit_error({2: "usage", 3: "refused", 4: "unavailable"}[code], str(error), log, code)
    else:
        click.echo("\n" + wrapped(str(error)), err=True)
        if log is not None:
            click.echo("\n" + _("Details for whoever helps you: {path}").format(path=log), err=True)
    return code


def _of_the_ledger(error: Exception) -> DegoogError | None:
    """Say what it means that the ledger could not be read or written in the middle of a run; None for other errors."""
    import sqlite3  # here, so that `degoog --help` is quick

    if not isinstance(error, sqlite3.DatabaseError):
        return None
    if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        text = _(
            "The ledger in this workspace is damaged ({error}). What has arrived in the new place is still there. "
            "To do: put the folder .degoog aside, then run: degoog ledger rebuild"
        )
        return Usage(text.format(error=error))
    text = _(
        "The ledger in this workspace cannot be read or written ({error}). What has arrived is not lost. To do: see "
        "that the disk has room, that the folder can be written and that no other degoog runs; then run the same "
        "command again."
    )
    return Unavailable(text.format(error=error))


def _bug(session: Session, error: Exception) -> int:
    _log.critical("unexpected", exc_info=error)
    log = _settle(session)
    text = _(
        "degoog made a mistake of its own ({kind}) and stopped. What was already done is recorded, nothing is lost. "
        "To do: run the same command again; if it happens again, send the file below to whoever helps you."
    ).format(kind=type(error).__name__)
    if session.settings.get("json"):
        _emit_error("bug", text, log, 1)
    else:
        click.echo("\n" + wrapped(text), err=True)
        click.echo("\n" + (str(log) if log else _("(the log could not be written)")), err=True)
    return 1


def _emit_error(kind: str, message: str, log: Path | None, code: int) -> None:
    line = {"event": "error", "kind": kind, "message": message, "log": str(log) if log else None, "exit": code}
    click.echo(json.dumps(line, ensure_ascii=False))


def _settle(session: Session) -> Path | None:
    """Give the log a file if it has none: in the workspace where there is one, else among the user's own logs."""
    import platformdirs

    home = session.context.folder / HOME if session.context else None
    with suppress(OSError):
        session.log.settle(home / "logs" if home and home.is_dir() else platformdirs.user_log_path("degoog"))
    return session.log.path


def _quietly() -> int:
    """Whoever read our output has gone: say nothing more, and do not stumble over it when Python ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: object) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"degoog {__version__}")
        ctx.exit()


program = Program(
    "degoog",
    help=N_("Move an association from Google and Slack to Nextcloud and Mattermost, accounting for every item."),
    options_metavar="[options]",
    subcommand_metavar=N_("COMMAND"),
    no_args_is_help=True,
)
program.example = "degoog init\ndegoog connect nextcloud\ndegoog doctor"
program.params.extend(common_options())
program.params.append(
    Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help=N_("Show the version and exit."),
    )
)


def main() -> None:
    """Run `degoog` and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    program.main()
