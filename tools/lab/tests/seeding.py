# SPDX-License-Identifier: GPL-2.0
"""Pytest plugin: what a test draws at random follows from the seed of the check,
$LAB_SEED, and from its name: whatever else is run, and on whichever worker.
"""

import os
import random

import pytest


@pytest.fixture(autouse=True)
def seeded(request: pytest.FixtureRequest) -> None:
    random.seed(f"{os.environ.get('LAB_SEED', '0')} {request.node.nodeid}")
