"""Templates of spaces: structures and overlays, ours and a person's own, from YAML with Jinja2 to a `Space`."""

from degoog.templates.combining import Made, combine
from degoog.templates.library import Library
from degoog.templates.questions import Answer, Question

__all__ = ["Answer", "Library", "Made", "Question", "combine"]
