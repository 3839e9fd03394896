"""The sandbox's Mattermost: a stand-in on loopback with Mattermost's answers, its bulk import, and its traps."""

from degoog.sandbox.mattermost.server import MattermostSandbox
from degoog.sandbox.mattermost.world import World

__all__ = ["MattermostSandbox", "World"]
