"""The sandbox's Nextcloud where a real one cannot be asked: faults, bad logins, an administrator's wishes."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from degoog.sandbox.faults import Fault, FaultKind, FaultPlan
from degoog.sandbox.nextcloud import NextcloudSandbox
from tests.contract.nextcloud_wire.wire import OCS, Wire, bulk, md5_part, refusal


class Clock:
    """A time that stands still until told."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def naps():
    return []


@pytest.fixture
def sandbox(tmp_path, clock, naps):
    with NextcloudSandbox(tmp_path, clock=clock, sleep=naps.append, seed=3) as running:
        running.add_user("anna", "une phrase de passe")
        yield running


@pytest.fixture
def anna(sandbox):
    with httpx.Client() as client:
        yield Wire(sandbox.url, "anna", sandbox.app_password("anna"), client)


def _bulk(wire, *paths):
    return bulk(wire, *(md5_part(path, b"x") for path in paths))


def test_it_listens_on_loopback_only_and_stops(tmp_path):
    with NextcloudSandbox(tmp_path) as running:
        url = running.url
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{url}/status.php").json()["installed"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/status.php")


def test_it_needs_nothing_of_degoog_but_its_own_package():
    look = "import sys, degoog.sandbox.nextcloud; print([n for n in sys.modules if n.startswith('degoog.')])"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert all(name.startswith("degoog.sandbox") for name in eval(told.stdout))


def test_two_sandboxes_of_one_seed_have_the_same_secrets(tmp_path):
    with (
        NextcloudSandbox(tmp_path / "a", seed=5) as first,
        NextcloudSandbox(tmp_path / "b", seed=5) as second,
    ):
        assert first.admin_password == second.admin_password
        assert first.app_password("admin") == second.app_password("admin")


def test_the_log_tells_what_was_asked_and_counts_writes(sandbox, anna):
    anna("PROPFIND", "/", depth="0")
    assert sandbox.requests.writes == 0
    anna("PUT", "/a", b"x")
    assert (sandbox.requests.writes, sandbox.requests.count("PUT")) == (1, 1)
    entry = list(sandbox.requests)[-1]
    assert (entry.method, entry.path, entry.status, entry.login) == (
        "PUT",
        "/remote.php/dav/files/anna/a",
        201,
        "anna",
    )


def test_one_can_look_in_from_behind(sandbox, anna):
    anna("MKCOL", "/d")
    anna("PUT", "/d/a", b"x")
    anna("PUT", "/d/a", b"yy")
    sandbox.write("anna", "/d/b", b"from the browser")
    assert sandbox.paths("anna") == {"/d": None, "/d/a": 2, "/d/b": 16}
    assert sandbox.read("anna", "/d/a") == b"yy"
    assert sandbox.versions("anna", "/d/a") == 1
    anna("DELETE", "/d/a")
    assert sandbox.trash("anna") == ["/d/a"]


def test_more_than_ten_bad_logins_keep_everybody_out_for_half_an_hour(sandbox, anna, clock):
    for _ in range(11):
        assert anna.raw("PROPFIND", anna.files(), auth=("anna", "wrong")).status_code == 401
    assert refusal(anna("PROPFIND", "/")) == (429, "TooManyRequests")
    told = anna.ocs("GET", "/cloud/user")
    assert (told.status_code, told.json()["ocs"]["meta"]["message"]) == (429, "Reached maximum delay")
    assert anna.raw("GET", "/status.php", auth=None).status_code == 200
    clock.now += 31 * 60
    assert anna("PROPFIND", "/").status_code == 207


def test_a_good_login_clears_the_bad_ones(anna):
    for _ in range(3):
        for _ in range(10):
            anna.raw("PROPFIND", anna.files(), auth=("anna", "wrong"))
        assert anna("PROPFIND", "/").status_code == 207


def test_a_login_flow_gives_an_app_password_once_it_is_granted(sandbox, anna):
    flow = httpx.post(f"{sandbox.url}/index.php/login/v2").json()
    assert "anna" in httpx.get(flow["login"]).text
    sandbox.grant(flow["login"], "anna")
    given = httpx.post(flow["poll"]["endpoint"], data={"token": flow["poll"]["token"]}).json()
    assert (given["server"], given["loginName"], len(given["appPassword"])) == (sandbox.url, "anna", 72)
    auth = ("anna", given["appPassword"])
    assert anna.raw("GET", "/ocs/v2.php/cloud/user", headers=OCS, auth=auth).status_code == 200
    again = httpx.post(flow["poll"]["endpoint"], data={"token": flow["poll"]["token"]})
    assert again.status_code == 404


def test_the_button_on_the_login_page_grants_too(sandbox):
    flow = httpx.post(f"{sandbox.url}/index.php/login/v2").json()
    assert "connected" in httpx.post(flow["login"], data={"login": "anna"}).text
    polled = httpx.post(flow["poll"]["endpoint"], data={"token": flow["poll"]["token"]})
    assert polled.json()["loginName"] == "anna"


def test_the_administrator_may_ask_for_names_that_windows_accepts(sandbox, anna):
    sandbox.want_windows_names()
    known = anna.ocs("GET", "/cloud/capabilities").json()["ocs"]["data"]["capabilities"]["files"]
    assert known["windows_compatible_filenames"]
    assert {":", "?"} <= set(known["forbidden_filename_characters"])
    assert "con" in known["forbidden_filename_basenames"]
    for name in ("a:b", "CON", "aux.txt", "fin ", "fin.", "LPT1.tar.gz"):
        assert refusal(anna("PUT", f"/{name}", b"x")) == (400, "InvalidPath")
    assert anna("PUT", "/console.txt", b"x").status_code == 201


def test_trap_with_chunked_transfer_encoding_an_existing_file_is_emptied(sandbox, anna):
    anna("PUT", "/a", b"hello")
    put = anna.raw("PUT", anna.files("/a"), content=iter([b"hello2"]))
    assert put.status_code == 204
    assert sandbox.read("anna", "/a") == b""


def test_many_files_written_at_once_are_all_there(sandbox):
    password = sandbox.app_password("anna")
    with httpx.Client(auth=("anna", password)) as client, ThreadPoolExecutor(8) as pool:
        url = f"{sandbox.url}/remote.php/dav/files/anna"
        answers = list(pool.map(lambda n: client.put(f"{url}/{n}", content=b"x" * n), range(200)))
    assert {answer.status_code for answer in answers} == {201}
    assert sum(size or 0 for size in sandbox.paths("anna").values()) == sum(range(200))


# --- faults


def test_a_locked_file_is_423_so_many_times(sandbox, anna):
    sandbox.faults.add(Fault(FaultKind.LOCKED, path="*/a.txt", times=2))
    assert [anna("PUT", "/a.txt", b"x").status_code for _ in range(3)] == [423, 423, 201]
    assert anna("PUT", "/b.txt", b"x").status_code == 201
    assert sandbox.faults.struck(FaultKind.LOCKED) == 2


def test_a_lock_is_met_at_the_destination_and_in_a_bulk_request_too(sandbox, anna):
    sandbox.faults.add(Fault(FaultKind.LOCKED, path="*/locked"))
    anna("PUT", "/a", b"x")
    assert anna("COPY", "/a", destination=anna.to("/locked")).status_code == 423
    assert refusal(anna("MOVE", "/locked", destination=anna.to("/b"))) == (500, "LockedException")
    told = _bulk(anna, "/locked", "/free").json()
    assert told["/locked"] == {"error": True, "message": '"/anna/files/locked" is locked'}
    assert not told["/free"]["error"]


def test_a_full_disk_is_507_or_a_path_that_could_not_be_created(sandbox, anna):
    sandbox.faults.add(Fault(FaultKind.QUOTA, path="*/full"))
    assert refusal(anna("PUT", "/full", b"x")) == (507, "InsufficientStorage")
    assert _bulk(anna, "/full").json()["/full"]["message"] == 'Could not create path "/anna/files/full"'


def test_maintenance_has_the_flavour_of_the_door(sandbox, anna):
    sandbox.faults.add(Fault(FaultKind.MAINTENANCE, path="/[ro]*"))
    dav = anna("PROPFIND", "/")
    assert refusal(dav) == (503, "ServerMaintenanceMode")
    assert "x-nextcloud-maintenance-mode" not in dav.headers
    ocs = anna.ocs("GET", "/cloud/user")
    assert (ocs.status_code, ocs.headers["x-nextcloud-maintenance-mode"]) == (503, "1")
    assert anna.raw("GET", "/status.php", auth=None).json()["maintenance"] is True
    sandbox.faults.clear()
    assert anna("PROPFIND", "/").status_code == 207
    assert anna.raw("GET", "/status.php", auth=None).json()["maintenance"] is False


def test_a_refusal_may_say_when_to_come_back(sandbox, anna):
    sandbox.faults.add(Fault(FaultKind.TOO_MANY, retry_after=40, times=1))
    told = anna("PROPFIND", "/")
    assert (told.status_code, told.headers["retry-after"]) == (429, "40")


def test_a_slow_answer_is_slow(sandbox, anna, naps):
    sandbox.faults.add(Fault(FaultKind.SLOW, seconds=12.5, methods=frozenset({"PUT"})))
    anna("PUT", "/a", b"x")
    anna("PROPFIND", "/")
    assert naps == [12.5]


def test_a_dropped_answer_leaves_the_file_a_dropped_request_does_not(sandbox, anna):
    sandbox.faults.add(Fault(FaultKind.DROP_ANSWER, path="*/answer"))
    sandbox.faults.add(Fault(FaultKind.DROP_REQUEST, path="*/request"))
    for path in ("/answer", "/request"):
        with pytest.raises(httpx.RemoteProtocolError):
            anna("PUT", path, b"x")
    assert list(sandbox.paths("anna")) == ["/answer"]
    assert sandbox.requests.with_status(0) == 2


def test_a_connection_cut_from_the_servers_side_truncates_what_existed_and_leaves_nothing_new(sandbox, anna):
    anna("PUT", "/old", b"0123456789")
    before = anna.get("/old", "d:getetag", "oc:size")
    sandbox.faults.add(Fault(FaultKind.CUT_BODY, bytes=4, methods=frozenset({"PUT"})))
    for path in ("/old", "/new"):
        with pytest.raises(httpx.RemoteProtocolError):
            anna("PUT", path, b"abcdefghij")
    assert sandbox.read("anna", "/old") == b"abcd"
    assert list(sandbox.paths("anna")) == ["/old"]
    assert anna.get("/old", "d:getetag", "oc:size") == before
    assert anna("GET", "/old").content == b"abcd"
    assert anna.one("/old", "oc:size") == "4"


def test_a_bit_flipped_on_the_way_shows_in_the_servers_hash(sandbox, anna):
    sandbox.faults.add(Fault(FaultKind.BIT_FLIP, times=1))
    put = anna("PUT", "/a", b"hello", x_hash="sha256")
    assert put.headers["x-hash-sha256"] == hashlib.sha256(sandbox.read("anna", "/a")).hexdigest()
    assert sandbox.read("anna", "/a") != b"hello"


def test_a_bit_that_rots_on_disk_shows_only_when_it_is_read_again(sandbox, anna):
    sandbox.faults.add(Fault(FaultKind.BIT_ROT))
    put = anna("PUT", "/a", b"hello", x_hash="sha256")
    sandbox.faults.clear()
    assert put.headers["x-hash-sha256"] == hashlib.sha256(b"hello").hexdigest()
    again = anna("PATCH", "/a", x_recalculate_hash="sha256").headers["oc-checksum"]
    assert again != f"SHA256:{hashlib.sha256(b'hello').hexdigest()}"


def test_a_rate_strikes_the_same_requests_for_the_same_seed():
    def struck(seed):
        plan = FaultPlan([Fault(FaultKind.ERROR, rate=0.05)], seed=seed)
        return {n for n in range(1000) if plan.strikes("PUT", f"/{n}")}

    first = struck(1)
    assert 20 <= len(first) <= 90
    assert struck(1) == first
    assert struck(2) != first


def test_a_rate_does_not_depend_on_the_order_of_requests():
    def struck(numbers):
        plan = FaultPlan([Fault(FaultKind.ERROR, rate=0.3)], seed=1)
        return {n for n in numbers if plan.strikes("PUT", f"/{n}")}

    assert struck(range(100)) == struck(reversed(range(100)))


def test_a_plan_is_read_from_json():
    plan = FaultPlan.from_json('{"seed": 7, "faults": [{"kind": "locked", "methods": ["PUT"], "after": 1}]}')
    assert [len(plan.strikes("PUT", "/a")) for _ in range(3)] == [0, 1, 1]
    assert plan.strikes("GET", "/a") == []
    with pytest.raises(ValueError, match="earthquake"):
        FaultPlan.from_dict({"faults": [{"kind": "earthquake"}]})


def test_the_old_address_shows_the_files_of_whoever_logs_in(sandbox):
    with httpx.Client(auth=("anna", sandbox.app_password("anna"))) as client:
        shown = client.request("PROPFIND", f"{sandbox.url}/remote.php/webdav/", headers={"Depth": "0"})
    assert shown.status_code == 207
    assert "<d:href>/remote.php/webdav/</d:href>" in shown.text
