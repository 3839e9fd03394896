"""`degoog connect`: give degoog access to a service."""

from __future__ import annotations

from pathlib import Path

import click

from degoog.cli.context import Context
from degoog.cli.kit import command as declare
from degoog.cli.kit import group, option
from degoog.i18n import N_, _
from degoog.secrets import Keeper

command = group(
    "connect",
    help=N_("Give degoog access to a service, step by step."),
    example="degoog connect nextcloud",
)


@declare(
    "nextcloud",
    help=N_("Give degoog access to your Nextcloud: you grant it in your browser, no password is typed here."),
    example="degoog connect nextcloud\n"
    "degoog connect nextcloud --account camille\n"
    "degoog connect nextcloud --account camille --password-stdin < password.txt",
)
@option("--account", default="", metavar=N_("LOGIN"), help=N_("Someone else's account: they open the link themselves."))
@option("--url", default="", metavar=N_("ADDRESS"), help=N_("The address of your Nextcloud."))
@option("--password-stdin", is_flag=True, help=N_("Read an app password from the standard input instead."))
@option(
    "--store",
    type=click.Choice([keeper.value for keeper in Keeper]),
    help=N_("Where to keep the password: this computer's keyring, or a file only you can read."),
)
def nextcloud(context: Context, account: str, url: str, store: str | None, *, password_stdin: bool) -> None:
    """Connect, keep the password, say what comes next."""
    from degoog.cli import connecting

    keeper = Keeper(store) if store else None
    if password_stdin:
        granted = connecting.with_password(context, url=url, account=account, keeper=keeper)
    else:
        granted = connecting.nextcloud(context, url=url, account=account, keeper=keeper)
    context.emit("summary", url=granted.url, login=granted.login, exit=0)
    context.say("\n" + _("Next: degoog doctor"))


@declare(
    "mattermost",
    help=N_("Give degoog access to your Mattermost with an access token that you make there."),
    example="degoog connect mattermost\n"
    "degoog connect mattermost --url https://chat.lauze.example --token-stdin < token.txt",
)
@option("--url", default="", metavar=N_("ADDRESS"), help=N_("The address of your Mattermost."))
@option("--token-stdin", is_flag=True, help=N_("Read the access token from the standard input instead."))
@option(
    "--store",
    type=click.Choice([keeper.value for keeper in Keeper]),
    help=N_("Where to keep the token: this computer's keyring, or a file only you can read."),
)
def mattermost(context: Context, url: str, store: str | None, *, token_stdin: bool) -> None:
    """Connect, keep the token, say what comes next."""
    from degoog.cli import connecting_mattermost

    source = connecting_mattermost.typed if token_stdin else connecting_mattermost.asked
    told = connecting_mattermost.connect(context, url=url, token=source, keeper=Keeper(store) if store else None)
    context.emit("summary", url=told.url, login=told.username, exit=0)
    context.say("\n" + _("Next: degoog doctor"))


@declare(
    "google",
    help=N_("Give degoog access to Google, to read only: each step says where to click."),
    example="degoog connect google\n"
    "degoog connect google --credentials client_secret.json --paste\n"
    "degoog connect google --credentials service-account.json --account camille@lauze.example",
)
@option(
    "--credentials",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar=N_("FILE"),
    help=N_("A file of Google's: the client from the console, or a service account's key for everybody."),
)
@option("--account", default="", metavar=N_("ADDRESS"), help=N_("Whose Google account it is."))
@option("--paste", is_flag=True, help=N_("The browser is on another computer: paste its last address here."))
@option(
    "--store",
    type=click.Choice([keeper.value for keeper in Keeper]),
    help=N_("Where to keep the access: this computer's keyring, or a file only you can read."),
)
def google(context: Context, credentials: Path | None, account: str, store: str | None, *, paste: bool) -> None:
    """Connect, keep the access, say what comes next."""
    from degoog.cli import connecting_google

    keeper = Keeper(store) if store else None
    whose = connecting_google.google(context, given=credentials, account=account, paste=paste, keeper=keeper)
    context.emit("summary", account=whose, exit=0)
    context.say("\n" + _("Next: degoog doctor"))


command.add_command(nextcloud)
command.add_command(mattermost)
command.add_command(google)
