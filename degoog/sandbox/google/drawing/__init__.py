"""Draws the Google of a fictional association, with the answer beside it."""

from degoog.sandbox.google.drawing.association import draw_association
from degoog.sandbox.google.drawing.calendars import CalendarFate, ExpectedCalendar
from degoog.sandbox.google.drawing.large import LargeDrive
from degoog.sandbox.google.drawing.large_agenda import LargeAgenda
from degoog.sandbox.google.drawing.view import Drawn, Expected, Fate, Place, Why

__all__ = [
    "CalendarFate",
    "Drawn",
    "Expected",
    "ExpectedCalendar",
    "Fate",
    "LargeAgenda",
    "LargeDrive",
    "Place",
    "Why",
    "draw_association",
]
