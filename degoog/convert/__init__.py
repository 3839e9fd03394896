"""Pure functions from what a source gives to what a target takes: no network, no disk, no clock."""
