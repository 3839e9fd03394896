"""Write degoog/convert/emoji_table.py: `python -m tools.emoji EMOJI_JSON GEMOJI_JSON VERSION`.

The first is `emoji.json` of npm's emoji-datasource, the vocabulary of Slack and of Mattermost; the second is the list
of npm's gemoji as JSON, whose further names Mattermost knows too. Both are MIT: docs/licences.md.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "degoog" / "convert" / "emoji_table.py"
# Mattermost's own list ends with Emoji 13.0, in 5.37 as in 11.x (measured).
_NEWER_THAN = 13.05

_HEAD = '''"""Names of emoji: which ones Mattermost knows, and the characters of those it does not.

Written by `python -m tools.emoji` from emoji-datasource {version} and gemoji; their licences are in docs/licences.md.
"""

from __future__ import annotations
'''


def main(datasource: Path, gemoji: Path, version: str) -> None:
    """Write the table."""
    emoji: list[dict[str, Any]] = json.loads(datasource.read_text(encoding="utf-8"))
    newer: dict[str, str] = {}
    known, toned = set[str](), set[str]()
    for one in emoji:
        if float(one["added_in"]) > _NEWER_THAN:
            newer |= dict.fromkeys(one["short_names"], one["unified"])
            continue
        known.update(one["short_names"])
        light = (one.get("skin_variations") or {}).get("1F3FB")
        if light and float(light["added_in"]) < _NEWER_THAN:
            toned.update(one["short_names"])
    also = {name for one in json.loads(gemoji.read_text(encoding="utf-8")) for name in one["names"]}
    also -= known | set(newer)
    pairs = (f"{name}={''.join(chr(int(code, 16)) for code in unified.split('-'))}" for name, unified in newer.items())
    parts = (
        ("NEWER", "Names that Mattermost does not know, each with its character.", sorted(pairs)),
        ("KNOWN", "Names that mean the same in both.", sorted(known)),
        ("TONED", "Of these, the ones that Mattermost has in each colour of skin.", sorted(toned)),
        ("TAKEN", "Further names that Mattermost keeps for emoji of its own.", sorted(also)),
    )
    text = _HEAD.format(version=version)
    for name, what, words in parts:
        lines = textwrap.wrap(" ".join(words), 110, break_long_words=False, break_on_hyphens=False)
        text += f'\n# {what}\n{name} = """\\\n' + "\n".join(lines) + '\n"""\n'
    TABLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
