"""Write the JSON Schema of workspace.yml that editors use: `python -m tools.schema`."""

from __future__ import annotations

import json
from pathlib import Path

from degoog.config_schema import schema

PLACE = Path(__file__).resolve().parent.parent / "degoog" / "schema" / "workspace.schema.json"


def text() -> str:
    """Give what the committed file must hold."""
    return json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
