"""One running app for each file of tests."""

import pytest
from app_driver import RunningApp


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    running = RunningApp(tmp_path_factory.mktemp("home"))
    yield running
    running.stop()
