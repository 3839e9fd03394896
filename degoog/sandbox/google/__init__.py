"""The sandbox's Google: a stand-in on loopback with Google's answers and traps, and what there is to find in it."""

from degoog.sandbox.google.faults import Fault, GooglePlan, Trouble
from degoog.sandbox.google.server import AGENDA_SCOPES, DRIVE_SCOPES, Exchange, GoogleSandbox
from degoog.sandbox.google.tokens import Audience
from degoog.sandbox.google.world import World

__all__ = [
    "AGENDA_SCOPES",
    "DRIVE_SCOPES",
    "Audience",
    "Exchange",
    "Fault",
    "GooglePlan",
    "GoogleSandbox",
    "Trouble",
    "World",
]
