"""Slack, which people leave: the export as a source of channels, and the files its messages link to."""

from degoog.slack.source import SlackSource

__all__ = ["SlackSource"]
