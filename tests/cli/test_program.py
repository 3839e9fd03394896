"""What every command shares: help, language, options, errors and exit codes."""

import json
import subprocess
import sys
import zipfile

import click
import pytest

from degoog.cli import program as module
from degoog.cli.kit import command as declare
from degoog.cli.program import COMMANDS, program
from degoog.errors import Refused, Unavailable, Usage
from degoog.model import FailReason


def commands():
    """Every command with its path: `migrate files`."""
    root = click.Context(program)

    def walk(group, path):
        for name in group.list_commands(root):
            command = group.get_command(root, name)
            yield [*path, name], command
            if isinstance(command, click.Group):
                yield from walk(command, [*path, name])

    return list(walk(program, []))


@pytest.fixture
def failing(monkeypatch):
    """Make `degoog completion` do something else."""

    def install(action):
        @declare("completion", help="Fail.", example="degoog completion")
        def command(context):
            return action(context)

        monkeypatch.setattr("degoog.cli.completion.command", command)

    return install


def raising(error):
    def action(_context):
        raise error

    return action


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", [path for path, _command in commands()], ids=" ".join)
def test_each_command_explains_itself_in_both_languages_with_an_example(call, path, language):
    ended = call(*path, "--help", "--lang", language)

    assert ended.code == 0
    assert ("Utilisation\u202f:" if language == "fr" else "Usage:") in ended.out
    assert ("Options communes\u202f:" if language == "fr" else "Common options:") in ended.out
    assert ("Exemple\u202f:" if language == "fr" else "Example:") in ended.out
    assert f"degoog {' '.join(path)}" in ended.out
    assert "Show this message" not in ended.out or language == "en"


def test_the_program_names_its_commands_in_the_order_one_meets_them(call):
    out = call("--help").out

    assert sorted(COMMANDS, key=lambda name: out.index(f"\n  {name}")) == list(COMMANDS)


def test_help_is_shown_where_no_command_is_given(call):
    assert "init" in call().out + call().err


@pytest.mark.parametrize("words", [["--lang", "fr", "doctor"], ["doctor", "--lang", "fr"], ["doctor", "--lang=fr"]])
def test_common_options_stand_before_or_after_the_command(call, words):
    assert "À corriger" in call(*words).out


def test_the_workspace_file_says_the_language(call, workspace):
    (workspace / "workspace.yml").write_text("id: wa9c3\nstructure: Lauze\nlanguage: fr\n")

    assert "décrit Lauze" in call("doctor").out
    assert "describes Lauze" in call("doctor", "--lang", "en").out


def test_the_environment_says_the_language_where_nothing_else_does(call):
    assert "À corriger" in call("doctor", environ={"LANG": "fr_FR.UTF-8"}).out


def test_clicks_own_errors_are_french_too(call):
    ended = call("--lang", "fr", "doctor", "--lnag")

    assert ended.code == 2
    assert "Erreur\u202f: L’option '--lnag' n’existe pas." in ended.err
    assert "Vouliez-vous dire" in ended.err


def test_an_unknown_command_ends_with_2(call):
    assert call("migrte").code == 2


def test_the_version_is_told(call):
    assert call("--version").out.startswith("degoog ")


def test_a_wrong_word_of_a_rule_says_what_to_write(call):
    ended = call("plan", "files", "--exclude", "type=vidéo")

    assert ended.code == 2
    assert "video" in ended.err


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (Usage("Mend it."), 2, "usage"),
        (Unavailable("Later."), 4, "unavailable"),
        (Refused(FailReason.LOCKED, "Locked."), 3, "refused"),
    ],
)
def test_an_error_is_a_paragraph_the_path_of_the_log_and_an_exit_code(call, failing, error, code, kind):
    failing(raising(error))

    ended = call("completion")
    assert ended.code == code
    assert str(error) in ended.err
    assert ".log" in ended.err
    assert "Traceback" not in ended.err

    line = json.loads(call("completion", "--json").out.splitlines()[-1])
    assert (line["event"], line["kind"], line["message"], line["exit"]) == ("error", kind, str(error), code)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_bug_keeps_its_traceback_in_the_log_and_ends_with_1(call, failing, tmp_path, language):
    failing(raising(ZeroDivisionError("secret detail")))

    ended = call("completion", "--lang", language)

    assert ended.code == 1
    assert "Traceback" not in ended.out + ended.err
    assert "secret detail" not in ended.out + ended.err
    assert "ZeroDivisionError" in ended.err
    (log,) = (tmp_path / "state").rglob("*.log")
    assert "Traceback" in log.read_text()


def test_a_bug_before_any_command_runs_is_caught_as_well(call, monkeypatch):
    monkeypatch.setattr(module, "import_module", raising(ImportError("broken")))

    ended = call("doctor")

    assert ended.code == 1
    assert "Traceback" not in ended.err


def test_interrupting_says_that_nothing_is_lost_and_ends_with_130(call, failing):
    failing(raising(KeyboardInterrupt()))

    ended = call("completion")

    assert ended.code == 130
    assert "Nothing is lost" in ended.err


def test_interrupting_before_there_is_anything_to_sum_up_is_one_line_of_json_for_a_program(call, failing):
    failing(raising(KeyboardInterrupt()))

    ended = call("completion", "--json")

    (line,) = ended.out.splitlines()
    told = json.loads(line)
    assert (told["event"], told["kind"], told["exit"]) == ("error", "interrupted", 130)
    assert ended.code == 130


def test_whoever_stops_reading_our_output_hears_no_complaint(workspace):
    code = "from degoog.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    _out, complaint = process.communicate()

    assert complaint == ""


def test_a_log_is_kept_in_the_workspace(call, workspace):
    call("doctor")

    assert list((workspace / ".degoog" / "logs").glob("*.log"))


def test_a_command_outside_a_workspace_leaves_nothing_there(call, tmp_path):
    call("doctor")
    call("--help")

    assert not list((tmp_path / "workspace").iterdir())


def test_help_loads_nothing_that_takes_a_while():
    code = (
        "import sys; from degoog.cli.program import program\n"
        "program.main(['--help'], standalone_mode=False)\n"
        "print([name for name in sys.argv[1:] if name in sys.modules])"
    )
    slow = ["pydantic", "httpx", "keyring", "tqdm", "ruamel", "jinja2", "babel", "asyncio", "sqlite3", "degoog.sandbox"]
    out = subprocess.run([sys.executable, "-c", code, *slow], capture_output=True, text=True, check=True).stdout

    assert out.splitlines()[-1] == "[]"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_be_taught_the_commands(call, shell):
    ended = call("completion", shell)

    assert ended.code == 0
    assert "_DEGOOG_COMPLETE" in ended.out


def test_the_tab_key_completes_a_command(call):
    done = subprocess.run(
        [sys.executable, "-c", "from degoog.cli import main; main()"],
        env={"_DEGOOG_COMPLETE": "bash_complete", "COMP_WORDS": "degoog doc", "COMP_CWORD": "1", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "doctor" in done.stdout


def test_a_ledger_damaged_in_its_middle_is_no_mistake_of_degoogs(call, workspace, tmp_path):
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        for number in range(200):
            archive.writestr(f"Takeout/Drive/{number}.txt", b"x")
    words = ["--workspace", str(workspace), "migrate", "files", "--source", f"takeout:{tmp_path / 't.zip'}"]
    words += ["--to", f"folder:{tmp_path / 'out'}"]
    assert call(*words).code == 0
    ledger = workspace / ".degoog/ledger.db"
    data = ledger.read_bytes()
    ledger.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))

    ended = call(*words)

    assert ended.code == 2
    assert "ledger rebuild" in ended.err
