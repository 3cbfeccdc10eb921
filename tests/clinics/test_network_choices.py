"""METHODS.md says the choices of a network as the code has them; each has its unit and reason."""

from dataclasses import fields
from pathlib import Path

from analysis.network_choices import NetworkChoices

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "METHODS.md").read_text(encoding="utf-8")
CHOICES = NetworkChoices()


def test_the_page_of_methods_has_the_numbers_of_the_choices():
    told = " ".join(PAGE.split("## Several clinics\n")[1].split("\n## ")[0].split())
    assert f"at least {CHOICES.fewest_clinics} clinics in all" in told
    assert f"more than half of what is known ({CHOICES.largest_weight:.0%})" in told
    assert f"above half a margin ({CHOICES.spread_margins:.0%})" in told
    assert f"say so bring more than half ({CHOICES.lean_weight:.0%})" in told
    assert f"at least half of it ({CHOICES.kept_share:.0%})" in told


def test_every_choice_has_a_unit_and_a_reason():
    for field in fields(NetworkChoices):
        assert field.metadata["unit"]
        assert field.metadata["reason"].endswith(".")
