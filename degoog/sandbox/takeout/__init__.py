"""Draws Google Takeouts of a fictional association, true to how such archives are, with the answer."""

from degoog.sandbox.takeout.drawing import draw_takeout
from degoog.sandbox.takeout.view import (
    DrawnTakeout,
    ExpectedItem,
    ExpectedProduct,
    FailedItem,
    Grant,
    GranteeKind,
    ItemKind,
    Language,
    Numbering,
    Packing,
    Product,
    Role,
)

__all__ = [
    "DrawnTakeout",
    "ExpectedItem",
    "ExpectedProduct",
    "FailedItem",
    "Grant",
    "GranteeKind",
    "ItemKind",
    "Language",
    "Numbering",
    "Packing",
    "Product",
    "Role",
    "draw_takeout",
]
