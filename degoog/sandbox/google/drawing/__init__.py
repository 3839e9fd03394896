"""Draws the Drive of a fictional association, with the answer beside it."""

from degoog.sandbox.google.drawing.association import draw_association
from degoog.sandbox.google.drawing.large import LargeDrive
from degoog.sandbox.google.drawing.view import Drawn, Expected, Fate, Place, Why

__all__ = ["Drawn", "Expected", "Fate", "LargeDrive", "Place", "Why", "draw_association"]
