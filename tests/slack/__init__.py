"""Tests of the Slack source."""
