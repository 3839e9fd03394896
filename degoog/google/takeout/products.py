"""Which Google product a folder of a Takeout comes from, whatever the language of the account."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from degoog.i18n import _
from degoog.model import SkipReason
from degoog.zips.member import names_along


class Product(StrEnum):
    """The products this road tells apart; the values are those of `id="service-details-…"`."""

    DRIVE = "DRIVE"
    CALENDAR = "CALENDAR"
    CONTACTS = "CONTACTS"
    TASKS = "TASKS"
    OTHER = "OTHER"


# Folder names as seen in public archives, issues and Google's own interface, French first.
_NAMES: dict[Product, tuple[str, ...]] = {
    Product.DRIVE: (
        "Drive", "Google Drive", "Mon Drive", "My Drive", "Meine Ablage", "Mi unidad", "Meu Drive",
        "O meu disco", "Il mio Drive", "Mijn Drive", "Mój dysk", "Dysk", "Disk", "Můj disk", "Диск", "Мой диск",
        "ドライブ", "マイドライブ", "云端硬盘", "雲端硬碟", "드라이브",
    ),
    Product.CALENDAR: (
        "Agenda", "Google Agenda", "Calendar", "Google Calendar", "Kalender", "Google Kalender", "Calendario",
        "Calendário", "Kalendarz", "Kalendář", "Календарь", "カレンダー", "日历", "日曆", "캘린더", "Naptár",
    ),
    Product.CONTACTS: (
        "Contacts", "Google Contacts", "Kontakte", "Google Kontakte", "Contactos", "Contatos", "Contatti", "Contacten",
        "Kontakty", "Контакты", "連絡先", "通讯录", "聯絡人", "주소록", "Névjegyek",
    ),
    Product.TASKS: (
        "Tâches", "Google Tasks", "Tasks", "Aufgaben", "Google Aufgaben", "Tareas", "Tarefas", "Attività", "Taken",
        "Zadania", "Úkoly", "Задачи", "ToDo リスト", "Feladatok",
    ),
    Product.OTHER: (
        "Google Photos", "Google Fotos", "Google Foto", "Google Fotók", "Google Фото", "Google フォト",
        "Zdjęcia Google", "Keep", "Google Keep", "Google Notizen", "Notizen",
        "Mail", "Courrier", "Messagerie", "Gmail", "E-Mail", "Correo", "E-mail", "Posta", "Почта", "Levelezés",
        "Google Chat", "Hangouts", "YouTube", "YouTube et YouTube Music", "YouTube and YouTube Music", "Chrome",
        "Maps", "Mon activité", "My Activity", "Meine Aktivitäten", "Historique des positions", "Location History",
        "Google Fit", "Google Play Store", "Groups", "Groupes", "Profil", "Profile", "Blogger", "Classroom",
        "Google Account", "Compte Google", "Google-Konto", "__MACOSX",
    ),
}  # fmt: skip


def fold(name: str) -> str:
    """Give the form under which two spellings of a folder's name are the same."""
    return unicodedata.normalize("NFC", name).strip().casefold()


_KNOWN = {fold(name): product for product, names in _NAMES.items() for name in names}
_OF_CODE = {product.value: product for product in Product}
_TAKEOUT = "takeout"
_MANIFEST = "archive_browser.html"
_TOPS_LOOKED_AT = 1000
MACOS = "__macosx"
"""The folder that macOS adds to every archive it makes."""


def known(name: str) -> Product | None:
    """Recognise a product by the name of its folder; None for a name never seen."""
    return _KNOWN.get(fold(name))


def of_service(code: str) -> Product:
    """Recognise a product by its code in archive_browser.html."""
    return _OF_CODE.get(code.upper(), Product.OTHER)


@dataclass(frozen=True, slots=True)
class Root:
    """The folder of an archive that holds the products: so many folders deep, under this name."""

    depth: int
    name: str = ""

    def inside(self, names: Sequence[str]) -> Sequence[str]:
        """Give the names below it; those of a path that lies elsewhere as they are."""
        if self.depth and len(names) >= self.depth and fold(names[self.depth - 1]) == self.name:
            return names[self.depth :]
        return names


def find_root(paths: Iterable[str]) -> Root | None:
    """Find where the products of a part lie, usually in `Takeout/`. Reads no further than it must.

    People zip archives again from one folder lower or higher. None means that no product is in sight: the whole
    part is then somebody's files.
    """
    first: dict[str, bool] = {}
    nested = known_top = False
    for path in paths:
        names = names_along(path)
        if not names:
            continue
        if len(names) > 1 and fold(names[0]) == _TAKEOUT:
            return Root(1, _TAKEOUT)
        if len(names) > 2 and fold(names[1]) == _TAKEOUT and fold(names[0]) != MACOS:
            nested = True
        if len(names) == 1 and not path.endswith("/"):
            known_top = known_top or fold(names[0]) == _MANIFEST
            continue
        known_top = known_top or (known(names[0]) is not None and fold(names[0]) != MACOS)
        if len(first) < _TOPS_LOOKED_AT:
            below = len(names) > 1 and (known(names[1]) is not None or fold(names[1]) == _MANIFEST)
            first[names[0]] = first.get(names[0], False) or below
    if nested:
        return Root(2, _TAKEOUT)
    if known_top:
        return Root(0)
    tops = [name for name in first if fold(name) != MACOS]
    return Root(1, fold(tops[0])) if len(tops) == 1 and first[tops[0]] else None


def left_out(product: Product, name: str) -> tuple[SkipReason, str]:
    """Say why a product's line is skipped, and what to do about it."""
    match product:
        case Product.CALENDAR:
            return SkipReason.OTHER_ROAD, _("Calendars have a command of their own: degoog migrate calendars.")
        case Product.CONTACTS:
            return SkipReason.OTHER_ROAD, _("Contacts have a command of their own: degoog migrate contacts.")
        case Product.TASKS:
            return SkipReason.OTHER_ROAD, _("Tasks have a command of their own: degoog migrate tasks.")
        case _:
            text = _("degoog does not move “{product}”. It stays in the archive: keep the archive.")
            return SkipReason.NOT_SUPPORTED, text.format(product=name)
