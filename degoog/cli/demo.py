"""`degoog demo`: the whole road, on a drawn archive and a stand-in server, by the very commands a person types."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import option
from degoog.errors import Usage
from degoog.i18n import N_, _

if TYPE_CHECKING:
    from degoog.sandbox.mattermost import MattermostSandbox
    from degoog.sandbox.nextcloud import NextcloudSandbox
    from degoog.sandbox.slack.host import SlackHosts

STRUCTURE = "Les Jardins de la Lauze"
LOGIN = "lauze"
_MARK = ".drawn-by-degoog-demo"
_WHO, _LIVE = "camille@lauze.example", 40  # whose Drive is read directly, and how many files it holds


@declare(
    "demo",
    help=N_("See degoog at work: a fictional association moves its files and its chat to servers on this computer."),
    example="degoog demo\ndegoog demo --seed 7 --keep",
)
@option(
    "--seed", type=int, default=1, show_default=True, metavar=N_("N"), help=N_("Another number draws another archive.")
)
@option("--keep", is_flag=True, help=N_("Leave the server up at the end, until Ctrl-C."))
@option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    metavar=N_("DIR"),
    help=N_("The folder to play in (default: demo)."),
)
def command(context: Context, seed: int, into: Path, *, keep: bool) -> int:
    """Draw, serve, run the commands, and say what to look at."""
    from degoog.sandbox.mattermost import MattermostSandbox
    from degoog.sandbox.nextcloud import NextcloudSandbox
    from degoog.sandbox.slack.host import SlackHosts, sizes
    from degoog.sandbox.takeout import Language, draw_takeout

    began, folder = time.monotonic(), _playground(into)
    context.say(
        _(
            "{name} is a fictional association. degoog draws the archives that Google and Slack would give it, starts "
            "a stand-in Nextcloud and a stand-in Mattermost on this computer, and moves the ones to the others. "
            "Nothing leaves this computer."
        ).format(name=STRUCTURE)
    )
    drawn = draw_takeout(folder / "takeout", seed=seed, language=Language(context.language))
    with (
        NextcloudSandbox(folder / "nextcloud", seed=seed) as server,
        MattermostSandbox(seed=f"demo-{seed}") as chat,
        SlackHosts(sizes()) as hosts,
    ):
        server.add_user(LOGIN, "never used: degoog has its own")
        stage = _Stage(context, folder, _reached(server, chat, hosts))
        migrate = ["migrate", "files", "--source", "takeout:takeout", "--to", "nextcloud"]
        stage.play(
            _("1. Describe the association"),
            ["init", "--name", STRUCTURE, "--nextcloud-url", server.url, "--yes"],
        )
        stage.play(_("2. Move the {number} parts of the archive").format(number=len(drawn.parts)), migrate)
        stage.play(_("3. Ask the server what it holds, and compare"), ["verify", "files", "--to", "nextcloud"])
        stage.play(_("4. Where did a document go?"), ["find", "statuts"])
        stage.play(_("5. Write the report"), ["report"])
        written = server.requests.writes
        stage.play(_("6. Move everything again: nothing is left to move"), migrate)
        again = server.requests.writes - written
        if again:
            raise Usage(_("The second run wrote {number} times: this is a bug of degoog's.").format(number=again))
        stage.play(
            _("7. Move the calendars of the same archive: nobody is sent an invitation"),
            ["migrate", "calendars", "--source", "takeout:takeout", "--to", "nextcloud"],
        )
        _chat(stage, folder, seed)
        _live(stage, seed)
        page = folder / "report" / "report.html"
        _end(context, page, folder, seed, seconds=time.monotonic() - began)
        context.emit("summary", report=str(page), folder=str(folder), seconds=time.monotonic() - began, exit=0)
        if keep:
            _stay(context, server)
    return 0


def _live(stage: _Stage, seed: int) -> None:
    """Show the other way: the Drive itself, read by its API, and what changes in it followed."""
    from degoog.sandbox.google import GoogleSandbox
    from degoog.sandbox.google.drawing import LargeDrive

    drive = LargeDrive(files=_LIVE, seed=seed, bytes_each=4096, document_every=8)
    with GoogleSandbox(drive.world(), seed=seed) as google:
        stage.give(DEGOOG_GOOGLE_API_URL=google.url, DEGOOG_GOOGLE_TOKEN=google.access_token(_WHO))
        live = ["migrate", "files", "--source", "google", "--to", "nextcloud", "--into", "/Drive"]
        stage.play(_("10. The other way, without an archive: a Google Drive read directly"), live)
        google.hands.rename(drive.id(1), "Compte rendu, relu.txt")
        google.requests.clear()
        stage.play(_("11. Somebody renamed a document there: only that is asked for, and it follows"), live)
        if google.requests.count("GET", door="drive.files.list"):
            raise Usage(_("The second run listed the whole Drive: this is a bug of degoog's."))


class _Stage:
    """Where the commands are played, in processes of their own, as in a terminal."""

    def __init__(self, context: Context, folder: Path, given: dict[str, str]) -> None:
        self._context = context
        self._folder = folder
        self._environ = {**os.environ, **given, "LANGUAGE": context.language}

    def give(self, **variables: str) -> None:
        """Have the commands find these in their environment."""
        self._environ |= variables

    def play(self, title: str, words: list[str]) -> None:
        """Show a command and run it; stops the demonstration where it fails."""
        context = self._context
        context.say(f"\n── {title}\n")
        context.say(f"$ degoog {shlex.join(words)}\n")
        more = [flag for flag, wanted in (("--json", context.json), ("--quiet", context.quiet)) if wanted]
        sys.stdout.flush()
        done = subprocess.run(  # noqa: S603 - degoog itself
            [sys.executable, "-m", "degoog", *words, *more], cwd=self._folder, env=self._environ, check=False
        )
        if done.returncode == 130:
            raise click.Abort
        if done.returncode:
            raise Usage(
                _("The demonstration stopped: “{command}” ended with {code}.").format(
                    command=f"degoog {shlex.join(words)}", code=done.returncode
                )
            )


def _reached(server: NextcloudSandbox, chat: MattermostSandbox, hosts: SlackHosts) -> dict[str, str]:
    """Give the environment in which the commands find the stand-ins."""
    from degoog.sandbox.mattermost.server import TOKEN

    return {
        "DEGOOG_NEXTCLOUD_URL": server.url,
        "DEGOOG_NEXTCLOUD_USER": LOGIN,
        "DEGOOG_NEXTCLOUD_PASSWORD": server.app_password(LOGIN),
        "DEGOOG_MATTERMOST_URL": chat.url,
        "DEGOOG_MATTERMOST_TOKEN": TOKEN,
        "DEGOOG_SLACK_FILES_URL": hosts.url,
    }


def _chat(stage: _Stage, folder: Path, seed: int) -> None:
    """Play the road of channels: a Slack export becomes posts in a Mattermost."""
    from degoog.sandbox.slack import draw_export

    (folder / "slack").mkdir()
    draw_export(folder / "slack" / "export.zip", seed=seed, messages=140)
    migrate = ["migrate", "channels", "--source", "slack:slack/export.zip", "--to", "mattermost"]
    stage.play(_("8. Move the channels of a Slack export to a Mattermost"), migrate)
    stage.play(_("9. Ask Mattermost what it holds, and compare"), ["verify", "channels", "--to", "mattermost"])


def _playground(into: Path) -> Path:
    """Give an empty folder; an earlier demonstration's is cleared, anybody else's is refused."""
    folder = into.absolute()
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise Usage(
                _("The folder {folder} is not empty. To do: name another one with --into.").format(folder=folder)
            )
        shutil.rmtree(folder)
    for name in ("takeout", "nextcloud"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / _MARK).touch()
    return folder


def _end(context: Context, page: Path, folder: Path, seed: int, *, seconds: float) -> None:
    title = _("The end")
    context.say(f"\n── {title}\n")
    context.say(_("Done in {seconds} seconds. The report, to open in your browser:").format(seconds=round(seconds)))
    context.show(f"  {page}")
    context.say(
        "\n"
        + _(
            "What to try next:\n"
            "  degoog demo --seed {next}   another archive\n"
            "  degoog --workspace {folder} find budget\n"
            "  degoog init   in a folder of your own, to begin with your association"
        ).format(next=seed + 1, folder=shlex.quote(os.path.relpath(folder)))
    )


def _stay(context: Context, server: NextcloudSandbox) -> None:
    context.say(
        "\n"
        + _("The stand-in server stays up at {url} (account {login}). Ctrl-C ends it.").format(
            url=server.url, login=LOGIN
        )
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        context.say(_("The server is down."))
