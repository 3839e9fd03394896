"""Jinja2 → text, and for every line of the text the line of the template it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from types import TracebackType

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from degoog.i18n import _
from degoog.problems import Problem, Problems
from degoog.space import spelling

# Private signs that carry a line's number through the rendering.
_MARK = re.compile("\ue000(\\d+)\ue001")


def rendered(source: str, *, name: str, language: str, values: Mapping[str, object]) -> tuple[str, list[int]]:
    """Render a template; give its text and the line each of its lines came from.

    A template is somebody's text, not code: it runs in Jinja2's sandbox. `t(French, English)` gives a quoted text in
    the language; whatever a person answered goes through it or through `slug`. Raises `Problems`.
    """
    environment = SandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined, autoescape=False
    )
    environment.globals.update(t=_speaker(language), slug=spelling.slug, slugs=_slugs, short=_short)
    try:
        marked = _marked(environment, source)
        text = environment.from_string(marked).render(**values)
    except TemplateSyntaxError as error:
        what = _("the template is written wrongly here: {why}.").format(why=error.message)
        raise Problems(name, [Problem(error.lineno, what, _("mend it as Jinja2 asks."))]) from None
    except TemplateError as error:
        what = _("the template uses something that is not there: {why}.").format(why=error.message)
        cure = _("ask for it under “questions:”, or correct its name.")
        raise Problems(name, [Problem(_line(error.__traceback__), what, cure)]) from None
    except (ArithmeticError, TypeError, ValueError) as error:  # what it computes: 1 / 0, 1 + "a", an endless range
        what = _("the template is written wrongly here: {why}.").format(why=error)
        raise Problems(name, [Problem(_line(error.__traceback__), what, _("mend it as Jinja2 asks."))]) from None
    lines: list[str] = []
    numbers: list[int] = []
    for line in text.split("\n"):
        marks = _MARK.findall(line)
        lines.append(_MARK.sub("", line))
        numbers.append(int(marks[-1]) if marks else (numbers[-1] if numbers else 1))
    return "\n".join(lines), numbers


def _marked(environment: SandboxedEnvironment, source: str) -> str:
    """Put a mark before each line that is text; what stands inside a tag cannot bear one."""
    pieces, begins = [], True
    for line, kind, value in environment.lex(source):
        text = str(value)
        if kind == "data":
            first, *others = text.split("\n")
            start = f"\ue000{line}\ue001" if begins else ""
            text = start + "\n".join([first, *(f"\ue000{line + n}\ue001{rest}" for n, rest in enumerate(others, 1))])
            begins = False
        elif kind in {"block_end", "comment_end"}:
            begins = text.endswith("\n")
        else:
            begins = begins and kind != "variable_begin"
        pieces.append(text)
    return "".join(pieces)


def _line(trace: TracebackType | None) -> int:
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _speaker(language: str) -> Callable[..., str]:
    def t(french: str, english: str, **values: object) -> str:
        return json.dumps((french if language == "fr" else english).format(**values), ensure_ascii=False)

    return t


def _slugs(prefix: str, names: tuple[str, ...]) -> str:
    return ", ".join(prefix + spelling.slug(name) for name in names)


def _short(text: str) -> str:
    """Give a name as a quoted text that fits where names are short."""
    return json.dumps(text if len(text) <= 64 else text[:63].rstrip() + "…", ensure_ascii=False)
