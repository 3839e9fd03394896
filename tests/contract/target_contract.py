"""What every target must do, whatever it is: a backend is a subclass with a `site` fixture, and nothing else."""

from __future__ import annotations

import pytest

from tests.contract.site import Desk, Site
from tests.contract.target_journeys import Journeys
from tests.contract.target_keeping import Keeping
from tests.contract.target_leaving import Leaving
from tests.contract.target_looking import Looking
from tests.contract.target_moving import Moving
from tests.contract.target_names import Naming
from tests.contract.target_writing import Writing


class TargetContract(Writing, Keeping, Moving, Leaving, Looking, Naming, Journeys):
    """All of it. Each test has a place of its own."""

    @pytest.fixture
    def site(self) -> Site:
        raise NotImplementedError

    @pytest.fixture
    def desk(self, site: Site) -> Desk:
        return Desk(site)
