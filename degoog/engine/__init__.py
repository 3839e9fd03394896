"""The engine: plan, migrate, verify. It knows the ports, the ledger and the model, and no service."""

from degoog.engine.compare import Differs, compare
from degoog.engine.flow import Throttle
from degoog.engine.follow import Shelter, departed, follow_deletions
from degoog.engine.migrate import Road, migrate
from degoog.engine.plan import plan
from degoog.engine.verify import Check, Verified, verify

__all__ = [
    "Check",
    "Differs",
    "Road",
    "Shelter",
    "Throttle",
    "Verified",
    "compare",
    "departed",
    "follow_deletions",
    "migrate",
    "plan",
    "verify",
]
