"""The engine: plan, migrate, verify. It knows the ports, the ledger and the model, and no service."""

from degoog.engine.flow import Throttle
from degoog.engine.migrate import Road, migrate
from degoog.engine.plan import plan
from degoog.engine.verify import Check, Verified, verify

__all__ = ["Check", "Road", "Throttle", "Verified", "migrate", "plan", "verify"]
