"""A page for print: HTML that is whole in itself, from a template of this package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from degoog.i18n import _, n_


def page(template: str, values: Mapping[str, object]) -> bytes:
    """Render a template; everything in `values` is escaped."""
    environment = Environment(
        loader=PackageLoader("degoog.papers"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.globals.update(_=_, n_=n_)
    style = (files("degoog.papers") / "templates" / "papers.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(**values, style=Markup(style)).encode()  # noqa: S704 - our own file


def code(text: str) -> Markup:
    """Draw a QR code as SVG."""
    drawn = segno.make(text, error="m").svg_inline(scale=3, border=2, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704 - drawn by the library, of squares only
