"""A number typed after a command is understood as it is written in the reader's country."""

import argparse

import pytest

from analysis.wording import MINUS, read_number


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0.3", 0.3),
        ("0,3", 0.3),
        (" 0,25 ", 0.25),
        ("1", 1.0),
        ("+2,5", 2.5),
        ("-0.5", -0.5),
        (f"{MINUS}0,5", -0.5),
        ("0,300", 0.3),
        ("1.000", 1.0),
        ("00,125", 0.125),
    ],
)
def test_points_and_commas_are_understood(typed, meant):
    assert read_number(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "nan",
        "inf",
        "1e-300",
        "1e999",
        "0x1",
        "1_0",
        ".5",
        "5.",
        "1.0.0",
        "0,3,4",
        "٣",
        "9" * 400,
    ],
)
def test_anything_else_is_answered_in_words(typed):
    with pytest.raises(argparse.ArgumentTypeError, match=r"such as 0\.3 or 0,3"):
        read_number(typed)


def test_a_comma_that_could_mean_thousands_is_asked_about():
    with pytest.raises(argparse.ArgumentTypeError, match=r"1,000 is 1\.000 or 1000"):
        read_number("1,000")


def test_argparse_says_it_in_these_words(capsys):
    parser = argparse.ArgumentParser(prog="report")
    parser.add_argument("--margin", type=read_number)
    assert parser.parse_args(["--margin", "0,3"]).margin == 0.3
    with pytest.raises(SystemExit):
        parser.parse_args(["--margin", "much"])
    assert "give a plain number" in capsys.readouterr().err
