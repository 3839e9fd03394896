"""What a person reads when something goes wrong on a machine."""

import pytest

from degoog import i18n
from degoog.provision import story
from degoog.provision.runner import Trouble


def trouble(message: str, *, role: str = "nextcloud", **more) -> Trouble:
    return Trouble("serveur", role, "Fetch the release", message, **more)


# The messages are Ansible's own, as its modules wrote them on a booted machine.
@pytest.mark.parametrize(
    ("message", "what", "wait"),
    [
        ("Incorrect sudo password", "refused the password of sudo", False),
        ("Missing sudo password", "sudo asks for a password on serveur, and none was given", False),
        ("sudo: a password is required", "sudo asks for a password on serveur, and none was given", False),
        ("could not write: [Errno 28] No space left on device: '/srv/x'", "disk of serveur is full", True),
        (
            "ARCHIVE_DIFFERS nextcloud-33.0.7.tar.bz2: its checksum is a, b was expected.",
            "nextcloud-33.0.7.tar.bz2 is not the one its makers published",
            False,
        ),
        (
            "The checksum for /root/.ansible/tmp/ansible-tmp-1/tmp8x2k did not match abc; it was def.\n"
            "https://archives.example/nextcloud-33.0.7.tar.bz2",
            "nextcloud-33.0.7.tar.bz2 is not the one its makers published",
            False,
        ),
        ("E:Failed to fetch http://deb.example/x  Could not connect", "cannot fetch Debian's packages", True),
        ("nginx does not take note: bind() to 0.0.0.0:443 failed (98: Address already in use)", "port 443", True),
        ("listen tcp 127.0.0.1:8065: bind: address already in use", "port 8065", True),
        ("degoog installs on Debian 12 or 13; this is Ubuntu 24.04.", "not a Debian that degoog knows", False),
    ],
)
def test_a_known_trouble_is_told_in_words_with_its_cure(message, what, wait):
    told = story.tell(trouble(message))
    assert what in told.what
    assert told.cure
    assert told.wait is wait


PLACE = "https://archives.example:8443/degoog/nextcloud-33.0.7.tar.bz2"


@pytest.mark.parametrize(
    ("message", "what", "wait"),
    [
        (
            "Request failed: <urlopen error [Errno 111] Connection refused>",
            "serveur cannot fetch nextcloud-33.0.7.tar.bz2: it does not reach archives.example:8443",
            True,
        ),
        ("Request failed: <urlopen error [Errno -2] Name or service not known>", "it does not reach", True),
        ("Request failed: <urlopen error timed out>", "it does not reach", True),
        ("Connection failure: The read operation timed out", "it does not reach", True),
        (
            "Request failed\nHTTP Error 404: Not Found",
            "archives.example:8443 does not give nextcloud-33.0.7.tar.bz2 to serveur: it answered 404",
            False,
        ),
        ("Request failed\nHTTP Error 403: Forbidden", "it answered 403", False),
        ("Request failed\nHTTP Error 500: Internal Server Error", "to serveur for now: it answered 500", True),
        ("Request failed\nHTTP Error 503: Service Unavailable", "for now: it answered 503", True),
        ("Request failed\nHTTP Error 429: Too Many Requests", "for now: it answered 429", True),
        (
            "Request failed: <urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1029)>",
            "does not trust the certificate of archives.example:8443",
            False,
        ),
    ],
)
def test_an_archive_that_is_not_had_is_told_by_its_reason(message, what, wait):
    told = story.tell(trouble(f"{message}\n{PLACE}", role="archive"))
    assert what in told.what
    assert told.cure
    assert told.wait is wait


@pytest.mark.parametrize(
    "message",
    [
        "failed to create temporary content file: The read operation timed out",
        "Incomplete read, (rsp.length=12, cl='40', st.st_size=28) failed to read remaining 12 bytes",
    ],
)
def test_an_archive_that_does_not_come_to_its_end_is_told(message):
    told = story.tell(trouble(message, role="archive"))
    assert "did not come to its end" in told.what
    assert told.wait


def test_a_server_of_ours_that_does_not_answer_is_no_archive():
    message = "Status code was -1 and not [200]: Request failed: <urlopen error [Errno 111] Connection refused>"
    told = story.tell(trouble(f"{message}\nhttp://127.0.0.1:8065/api/v4/system/ping", role="mattermost"))
    assert "fetch" not in told.what.replace("Fetch the release", "")


@pytest.mark.parametrize(
    ("message", "what", "wait"),
    [
        (
            "HTTPSConnectionPool(host='acme-v02.api.letsencrypt.org'): Max retries exceeded",
            "does not reach Let's",
            True,
        ),
        ("Some challenges have failed.\nDetail: DNS problem: NXDOMAIN", "names do not lead there", True),
        ("too many certificates (5) already issued for this exact set of domains", "gives no more certificates", True),
        ("Error creating new order :: Cannot issue: policy forbids issuing for name", "refuses a certificate", False),
    ],
)
def test_a_certificate_that_is_not_had_is_told_by_its_reason(message, what, wait):
    told = story.tell(trouble(message, role="tls"))
    assert (what in told.what, told.wait) == (True, wait)


def test_a_workspace_whose_id_is_acme_has_troubles_of_its_own():
    told = story.tell(trouble("Unable to restart service degoog-acme-php8.4-fpm: Job failed", role="php"))
    assert "Let's Encrypt" not in told.what
    assert "degoog-acme-php8.4-fpm" in told.what


@pytest.mark.parametrize("message", ["Incorrect sudo password", "Missing sudo password"])
def test_whoever_must_give_the_password_of_sudo_is_told_with_which_option(message):
    cure = story.tell(trouble(message)).cure
    assert "--ask-sudo" in cure
    assert "DEGOOG_SUDO_PASSWORD" in cure


def test_a_run_whose_time_is_up_says_at_what_and_how_the_machine_may_stand():
    told = story.tell(trouble("", late=True))
    assert all(words in told.what for words in ("Fetch the release", "Nextcloud", "may still be doing"))
    assert "run the same command again" in told.cure
    assert (told.wait, told.standing) == (True, True)


def test_a_task_that_is_no_step_s_is_told_without_one():
    late = Trouble("", "", "Make a backup before the upgrade", "", late=True)
    assert "up at “Make a backup before the upgrade”, and" in story.tell(late).what


def test_a_run_whose_time_was_up_before_it_began_says_so():
    assert "before anything had begun" in story.tell(Trouble("", "", "", "", late=True)).what


def test_ansible_that_ends_by_itself_is_told_in_its_last_words():
    assert story.tell(Trouble("", "", "", "ERROR! killed")).what == "Ansible did not come to its end: ERROR! killed."


def test_an_unknown_trouble_names_machine_step_task_and_reason():
    told = str(story.tell(trouble("something odd\nand more")))
    assert all(word in told for word in ("serveur", "Nextcloud", "Fetch the release", "something odd"))


@pytest.mark.parametrize(
    ("message", "what"),
    [
        ("Failed to connect to the host via ssh: ssh: connect to host h port 22: No route to host", "does not answer"),
        ("root@h: Permission denied (publickey).", "does not let you in"),
        ("Host key verification failed.", "not known to your SSH"),
    ],
)
def test_a_machine_out_of_reach_is_told_by_its_reason(message, what):
    out_of_reach = Trouble("serveur", "", "Gathering Facts", message, unreachable=True)
    assert what in story.tell(out_of_reach).what
    assert "Nothing was changed" in story.state([out_of_reach])


def test_a_connection_that_is_cut_on_the_way_leaves_what_was_done():
    cut = trouble("Shared connection to h closed.", unreachable=True)
    assert "was cut" in story.tell(cut).what
    assert "What was done before stays" in story.state([cut])


def test_every_step_has_a_name_in_french_too():
    i18n.use("fr")
    try:
        assert story.step("postgresql") == "La base de données"
    finally:
        i18n.use("en")
