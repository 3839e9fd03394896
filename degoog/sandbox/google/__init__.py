"""The sandbox's Google: a stand-in on loopback with Google's answers and traps, and what there is to find in it."""

from degoog.sandbox.google.faults import Fault, GooglePlan, Trouble
from degoog.sandbox.google.server import Exchange, GoogleSandbox, World
from degoog.sandbox.google.tokens import Audience

__all__ = ["Audience", "Exchange", "Fault", "GooglePlan", "GoogleSandbox", "Trouble", "World"]
