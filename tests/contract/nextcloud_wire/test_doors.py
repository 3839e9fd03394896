"""Which doors open, to whom, and how they refuse: status, OCS, accounts, login flow, DAV."""

import uuid

import httpx
import pytest

from tests.contract.nextcloud_wire.wire import PASSWORD, refusal, rows


def test_status_is_told_to_anyone(admin):
    status = admin.raw("GET", "/status.php", auth=None).json()
    assert (status["installed"], status["maintenance"], status["productname"]) == (True, False, "Nextcloud")
    assert int(status["version"].split(".")[0]) >= 30


def test_ocs_wants_its_header(admin):
    refused = admin.raw("GET", "/ocs/v2.php/cloud/user", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()) == (412, {"message": "CSRF check failed"})


def test_capabilities_tell_chunking_bulk_and_the_rules_of_names(account):
    known = account.ocs("GET", "/cloud/capabilities").json()["ocs"]["data"]["capabilities"]
    assert (known["dav"]["bulkupload"], known["dav"]["chunking"]) == ("1.0", "1.0")
    files = known["files"]
    assert files["chunked_upload"]["max_size"] > 0
    assert files["forbidden_filenames"] == [".htaccess"]
    assert set(files["forbidden_filename_extensions"]) == {".part", ".filepart"}
    assert set(files["forbidden_filename_characters"]) == {"\\", "/"}
    assert (files["forbidden_filename_basenames"], files["windows_compatible_filenames"]) == ([], False)


def test_capabilities_told_to_strangers_say_nothing_of_files(admin):
    known = admin.ocs("GET", "/cloud/capabilities", auth=None).json()["ocs"]["data"]["capabilities"]
    assert "files" not in known
    assert "bruteforce" in known


def test_an_app_password_is_given_for_the_real_one_only(admin, account):
    refused = account.ocs("GET", "/core/getapppassword")
    assert (refused.status_code, refused.json()["ocs"]["meta"]["statuscode"]) == (403, 403)
    given = admin.ocs("GET", "/core/getapppassword", auth=(account.login, PASSWORD))
    assert len(given.json()["ocs"]["data"]["apppassword"]) == 72


def test_an_app_password_revokes_itself(admin, account):
    real = (account.login, PASSWORD)
    token = admin.ocs("GET", "/core/getapppassword", auth=real).json()["ocs"]["data"]["apppassword"]
    assert admin.ocs("DELETE", "/core/apppassword", auth=(account.login, token)).status_code == 200
    gone = admin.ocs("GET", "/cloud/user", auth=(account.login, token))
    assert (gone.status_code, gone.json()["ocs"]["meta"]["statuscode"]) == (401, 997)
    assert account.ocs("GET", "/cloud/user").status_code == 200
    assert admin.ocs("DELETE", "/core/apppassword", auth=real).status_code == 403


def test_the_own_account_is_described(account):
    data = account.ocs("GET", "/cloud/user").json()["ocs"]["data"]
    assert (data["id"], data["enabled"], data["groups"]) == (account.login, True, [])
    assert data["quota"]["quota"] == -3


def test_xml_is_the_default_of_ocs(account):
    told = account.raw("GET", "/ocs/v2.php/cloud/user", headers={"OCS-APIRequest": "true"})
    assert told.headers["content-type"].startswith("application/xml")
    assert f"<id>{account.login}</id>" in told.text


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"userid": "{login}", "password": PASSWORD}, 102),
        ({"userid": "{LOGIN}", "password": PASSWORD}, 102),
        ({"userid": "a/b", "password": PASSWORD}, 101),
        ({"userid": "degoog-never", "password": "court"}, 107),
        ({"userid": "degoog-never"}, 108),
    ],
)
def test_an_account_that_cannot_be_made_has_a_code(admin, account, form, code):
    names = {"{login}": account.login, "{LOGIN}": account.login.upper()}
    data = {key: names.get(value, value) for key, value in form.items()}
    refused = admin.ocs("POST", "/cloud/users", data=data)
    assert (refused.status_code, refused.json()["ocs"]["meta"]["statuscode"]) == (400, code)


def test_making_an_account_is_not_atomic(admin):
    login = f"degoog-{uuid.uuid4().hex[:12]}"
    refused = admin.ocs("POST", "/cloud/users", data={"userid": login, "password": PASSWORD, "quota": "zz"})
    assert (refused.status_code, refused.json()["ocs"]["meta"]["statuscode"]) == (400, 101)
    left_behind = admin.ocs("GET", f"/cloud/users/{login}").status_code == 200
    admin.ocs("DELETE", f"/cloud/users/{login}")
    assert left_behind


def test_only_administrators_make_accounts(account):
    refused = account.ocs("POST", "/cloud/users", data={"userid": "degoog-x", "password": PASSWORD})
    assert (refused.status_code, refused.json()["ocs"]["meta"]["statuscode"]) == (403, 403)


def test_an_unknown_account_is_404(admin, account):
    missing = admin.ocs("GET", "/cloud/users/degoog-nobody")
    assert (missing.status_code, missing.json()["ocs"]["meta"]["statuscode"]) == (404, 404)
    assert account.ocs("GET", f"/cloud/users/{admin.login}").status_code == 404
    assert admin.ocs("DELETE", "/cloud/users/degoog-nobody").status_code == 404


def test_a_login_flow_answers_404_until_it_is_granted(admin):
    for door in ("/index.php/login/v2", "/login/v2"):
        flow = admin.raw("POST", door, auth=None, headers={"User-Agent": "degoog"}).json()
        assert flow["login"].startswith(f"{admin.url}/login/v2/flow/")
        assert flow["poll"]["endpoint"] == f"{admin.url}/login/v2/poll"
        polled = httpx.post(flow["poll"]["endpoint"], data={"token": flow["poll"]["token"]})
        assert (polled.status_code, polled.json()) == (404, [])


def test_dav_asks_who_it_is(account):
    for auth in (None, (account.login, "nothing")):
        refused = account.raw("PROPFIND", account.files(), auth=auth)
        assert refusal(refused) == (401, "NotAuthenticated")
        assert refused.headers["www-authenticate"] == 'Basic realm="Nextcloud", charset="UTF-8"'


def test_the_administrator_may_not_write_into_anothers_home(admin, account):
    refused = admin.raw("PUT", account.files("/a.txt"), content=b"x")
    assert refusal(refused) == (403, "Forbidden")
    (closed,) = rows(admin.raw("PROPFIND", account.files(), headers={"Depth": "1"}))
    assert set(closed.properties) == {"d:resourcetype"}


def test_a_home_nobody_has_is_404(account):
    assert refusal(account.raw("PROPFIND", "/remote.php/dav/files/degoog-nobody/")) == (404, "NotFound")


def test_options_name_the_methods(account):
    told = account("OPTIONS", "/")
    assert told.status_code == 200
    assert {"PROPFIND", "MOVE"} <= set(told.headers["allow"].split(", "))


def test_methods_without_a_plugin_are_501(account, at):
    account("PUT", f"{at}/a", b"x")
    for method in ("LOCK", "POST", "FOO"):
        assert refusal(account(method, f"{at}/a")) == (501, "NotImplemented")
