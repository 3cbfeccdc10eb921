"""The examples in the docstrings of the models give what they say."""

import doctest
import importlib

import pytest

MODULES = (
    "discrete.hazard",
    "discrete.multinomial",
    "discrete.ordinal",
    "mixed.model",
    "multiplicity",
    "partial_pooling",
    "regression.cluster_robust",
    "resampling",
    "rubin",
    "unmeasured_confounding",
    "weights",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    module = importlib.import_module(f"analysis.models.{name}")
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
