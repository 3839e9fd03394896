"""`python -m degoog.sandbox.google`: the stand-in in a process of its own, for measures and for trying things out.

One line of JSON tells its address and the keys to it; it runs until its standard input ends.
"""

import argparse
import json
import sys
from pathlib import Path

from degoog.sandbox.google.drawing import LargeAgenda, LargeDrive, draw_association
from degoog.sandbox.google.faults import GooglePlan
from degoog.sandbox.google.server import AGENDA_SCOPES, DRIVE_SCOPES, GoogleSandbox
from degoog.sandbox.google.world import World

EVERYTHING = (*DRIVE_SCOPES, *AGENDA_SCOPES)


def main() -> None:
    """Start, tell, wait."""
    parser = argparse.ArgumentParser(prog="python -m degoog.sandbox.google", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--files", type=int, default=0, help="a large Drive of so many files, not the association's")
    parser.add_argument("--events", type=int, default=0, help="a large calendar, and half as many contacts")
    parser.add_argument("--bytes-each", type=int, default=64)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to every answer")
    parser.add_argument("--faults", type=Path, help="a plan: a file of JSON")
    given = parser.parse_args()
    world: World = draw_association(seed=given.seed).world
    if given.files:
        world = LargeDrive(files=given.files, seed=given.seed, bytes_each=given.bytes_each).world()
    if given.events:
        world = LargeAgenda(events=given.events, people=given.events // 2).world()
    faults = GooglePlan.from_json(given.faults.read_text(encoding="utf-8")) if given.faults else None
    with GoogleSandbox(world, seed=given.seed, latency=given.latency, faults=faults) as google:
        people = [email for email in world.directory.people if not email.startswith("degoog@")]
        told = {
            "url": google.url,
            "tokens": {email: google.access_token(email, scopes=EVERYTHING, life=86_400) for email in people},
            "authorized_users": {email: google.authorized_user(email, scopes=EVERYTHING) for email in people},
            "client": google.client_file(),
            "service_account": google.service_account(scopes=EVERYTHING),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
