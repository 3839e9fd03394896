"""The log of a run."""

import logging
import stat
from datetime import UTC, datetime, timedelta

import pytest

from degoog.runlog import KEPT, RunLog
from degoog.secrets import Secret

NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
log = logging.getLogger("degoog.test")


@pytest.fixture
def run():
    made = RunLog(now=NOW)
    yield made
    made.close()


def text(run):
    assert run.path is not None
    return run.path.read_text(encoding="utf-8")


def test_what_was_logged_before_the_file_was_known_is_in_it(run, tmp_path):
    log.info("before")
    run.settle(tmp_path)
    log.info("after")

    assert text(run).index("before") < text(run).index("after")


def test_the_file_is_readable_by_its_owner_only(run, tmp_path):
    run.settle(tmp_path / "logs")

    assert stat.S_IMODE(run.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(run.path.parent.stat().st_mode) == 0o700


def test_a_name_that_is_no_text_is_written_down_all_the_same(run, tmp_path, capsys):
    run.settle(tmp_path)
    log.info("in %s", "caf\udce9")

    assert text(run).rstrip().endswith("in caf\\udce9")
    assert not capsys.readouterr().err  # else Python shows a traceback on the screen


def test_a_run_that_was_never_settled_leaves_nothing(tmp_path):
    run = RunLog(now=NOW)
    log.info("nothing")
    run.close()

    assert run.path is None
    assert not list(tmp_path.iterdir())


def test_only_the_last_files_are_kept(tmp_path):
    for number in range(KEPT + 5):
        run = RunLog(now=NOW + timedelta(minutes=number))
        run.settle(tmp_path)
        run.close()

    kept = sorted(path.name for path in tmp_path.iterdir())
    assert len(kept) == KEPT
    assert kept[0].startswith("2026-11-22T18-10")


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Basic Y2FtaWxsZTprZXN0cmVs and more kestrel",
        "{'authorization': 'Bearer kestrel.kestrel'}",
        "sent Bearer kestrelkestrel now",
        "POST body password=kestrel&user=camille",
        '{"appPassword": "kestrel", "x": 1}',
        "{'access_token': 'kestrel'}",
        "https://camille:kestrel@cloud.lauze.example/x",
        "GET /login/v2/flow/kestrelkestrel",
        "token xoxb-1234-kestrel",
    ],
)
def test_what_looks_like_a_secret_is_masked(run, tmp_path, line):
    run.settle(tmp_path)
    log.info("%s", line)

    assert "kestrel" not in text(run)


def test_a_known_secret_is_masked_wherever_it_stands_also_in_a_traceback(run, tmp_path):
    run.hide(Secret("mon petit kestrel"))
    run.settle(tmp_path)
    try:
        int("mon petit kestrel")
    except ValueError:
        log.exception("with mon petit kestrel")

    assert "kestrel" not in text(run)
    assert "ValueError" in text(run)


def test_a_name_that_only_speaks_of_tokens_stays(run, tmp_path):
    run.settle(tmp_path)
    log.info("Jetons de cantine (token).xlsx")

    assert "Jetons de cantine (token).xlsx" in text(run)
