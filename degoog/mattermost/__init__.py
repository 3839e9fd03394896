"""Mattermost: where conversations go, through its API and its bulk import."""
