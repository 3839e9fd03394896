"""A keyring that forgets everything when the test ends."""

from degoog.secrets import Secret


class MemoryStore:
    """Keeps secrets in a dictionary."""

    def __init__(self) -> None:
        self.known: dict[str, Secret] = {}

    def get(self, entry: str) -> Secret | None:
        return self.known.get(entry)

    def set(self, entry: str, secret: Secret) -> None:
        self.known[entry] = secret

    def delete(self, entry: str) -> None:
        self.known.pop(entry, None)
