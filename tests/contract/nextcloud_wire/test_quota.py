"""When there is no room."""

from tests.contract.nextcloud_wire.wire import bulk, chunks, md5_part, refusal


def test_the_quota_refuses_with_507(poor):
    assert refusal(poor("PUT", "/big", b"x" * 3_000_000)) == (507, "InsufficientStorage")
    assert poor("PUT", "/ok", b"x" * 1_500_000).status_code == 201
    assert refusal(poor("PUT", "/ok", b"y" * 1_500_000)) == (507, "InsufficientStorage")
    assert refusal(poor("COPY", "/ok", destination=poor.to("/ok2"))) == (507, "InsufficientStorage")
    told = bulk(poor, md5_part("/bulk", b"x" * 1_000_000), md5_part("/small", b"x")).json()
    assert told["/bulk"] == {"error": True, "message": f'Could not create path "/{poor.login}/files/bulk"'}
    assert not told["/small"]["error"]
    assert not poor.exists("/bulk")
    folder = chunks(poor, b"x" * 1_000_000)
    refused = poor.upload("PUT", f"{folder}/2", b"x", destination=poor.to("/c"), oc_total_length="9000000")
    assert refusal(refused) == (507, "InsufficientStorage")
    moved = poor.upload("MOVE", f"{folder}/.file", destination=poor.to("/c"))
    assert refusal(moved) == (507, "InsufficientStorage")


def test_trap_the_quota_shown_is_up_to_five_minutes_old(poor):
    names = ("d:quota-available-bytes", "d:quota-used-bytes")
    assert poor.get("/", *names) == ["2097152", "0"]
    poor("PUT", "/a", b"x" * 1000)
    assert poor.get("/", *names) == ["2097152", "0"]
    assert poor.one("/", "oc:size") == "1000"
