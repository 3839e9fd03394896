"""Mostlymatter is installed where both checksums of one release are known, and else the choice is refused in words."""

import pytest

from degoog.errors import Usage
from degoog.provision import artefacts

PIN = "{{file: x-{0}, url: 'https://x.example', sha256: '{0}', edition: team}}"


def pins(tmp_path, mattermost: str, mostlymatter: str):
    file = tmp_path / "pins.yml"
    file.write_text(
        f"mattermost:\n  '{mattermost}': {PIN.format(mattermost)}\n"
        f"mostlymatter:\n  '{mostlymatter}': {PIN.format(mostlymatter)}\n"
    )
    return file


def test_the_program_takes_its_place_in_the_archive_of_its_own_release(tmp_path):
    file = pins(tmp_path, "11.7.5", "11.7.5")
    release = artefacts.mostlymatter(artefacts.chosen("mattermost", pins=file), pins=file)
    assert (release.edition, release.program and release.program.sha256) == ("mostlymatter", "11.7.5")


def test_where_no_release_is_known_in_both_the_refusal_names_them_and_the_way_out(tmp_path):
    file = pins(tmp_path, "11.7.9", "11.7.0")
    with pytest.raises(Usage) as refused:
        artefacts.mostlymatter(artefacts.chosen("mattermost", pins=file), pins=file)
    for word in ("11.7.0", "11.7.9", "mattermost_edition: team", "docs/servers.md"):
        assert word in str(refused.value)


def test_where_another_release_is_known_in_both_it_is_named(tmp_path):
    file = pins(tmp_path, "11.7.9", "11.7.0")
    file.write_text(file.read_text().replace("mattermost:\n", f"mattermost:\n  '11.8.0': {PIN.format('11.8.0')}\n", 1))
    file.write_text(file.read_text().replace("'11.7.0'", "'11.7.9'"))
    with pytest.raises(Usage, match=r"only for 11\.7\.9\."):
        artefacts.mostlymatter(artefacts.chosen("mattermost", pins=file), pins=file)
