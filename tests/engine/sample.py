"""A source small enough to be known by heart."""

from tests.memory import MemorySource, file, folder


def tree() -> MemorySource:
    """Give three files, and two folders of which the inner one is told first."""
    return MemorySource(
        [
            (file("f1", "notes.txt", "d2", b"notes"), b"notes"),
            folder("d2", "2024", "d1"),
            folder("d1", "Compta"),
            (file("f2", "budget.xlsx", "d1", b"budget"), b"budget"),
            (file("f3", "racine.pdf", None, b"pdf"), b"pdf"),
        ]
    )
