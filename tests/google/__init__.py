"""Tests of Google's side of the roads."""
