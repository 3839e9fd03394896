"""Draws Slack exports of a fictional association, true to how such exports are, with the answer; and Slack's hosts."""

from degoog.sandbox.slack.drawing import draw_export
from degoog.sandbox.slack.host import SlackHosts
from degoog.sandbox.slack.view import DrawnExport, ExpectedMessage, ExpectedRoom

__all__ = ["DrawnExport", "ExpectedMessage", "ExpectedRoom", "SlackHosts", "draw_export"]
