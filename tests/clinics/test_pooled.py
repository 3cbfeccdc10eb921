"""Pairs of formats over clinics: two formats count too, and differences fit each other."""

import itertools

import numpy as np
import pytest
from pooled_clinics import PAIRS, brought_of

from analysis.clinics.given import Brought
from analysis.clinics.pooled import CLOSEST, make_source, pool_question


def test_the_three_means_fit_each_other():
    brought = [brought_of(own) for own in ((0.1, 0.3), (0.0, 0.5), (0.2, 0.1), (0.3, 0.3))]
    rows = pool_question(brought, 0.95).rows
    first, second, third = (rows[id].estimate for id in PAIRS)
    assert third == pytest.approx(second - first)


def test_three_printed_errors_give_the_covariance_of_two_differences():
    brought = {id: Brought(0.0, error) for id, error in zip(PAIRS, (0.1, 0.12, 0.11), strict=True)}
    covariance = make_source(brought).covariance
    assert covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1] == pytest.approx(0.11**2)


def test_any_two_pairs_share_half_of_the_smaller_variance_with_the_sign_of_what_they_share():
    signs = {}
    for one, other in itertools.combinations(PAIRS, 2):
        rows = {one: Brought(0.0, 0.1), other: Brought(0.0, 0.2)}
        signs[one, other] = make_source(rows).covariance[0, 1] / (0.5 * 0.1**2)
    assert list(signs.values()) == pytest.approx([1, -1, 1])


def test_errors_that_contradict_each_other_still_give_a_covariance():
    brought = {id: Brought(0.0, error) for id, error in zip(PAIRS, (0.1, 0.1, 0.001), strict=True)}
    covariance = make_source(brought).covariance
    assert covariance[0, 1] == pytest.approx(CLOSEST * 0.01)
    assert np.linalg.eigvalsh(covariance).min() > 0


def test_a_clinic_with_two_formats_moves_the_pair_it_never_compared():
    three = [brought_of((0.1, 0.3)) for _ in range(3)]
    two = {"group-individual": Brought(0.5, 0.05)}
    before, after = pool_question(three, 0.95), pool_question([*three, two], 0.95)
    assert after.rows["group-individual"].estimate > before.rows["group-individual"].estimate
    assert after.rows["combined-group"].estimate < before.rows["combined-group"].estimate
    assert after.n_direct == {**before.n_direct, "group-individual": 4}


def test_one_pair_is_pooled_alone_where_no_clinic_connects_the_formats():
    brought = [{"combined-group": Brought(value, 0.1)} for value in (0.1, 0.2, 0.6)]
    pooled = pool_question(brought, 0.95)
    assert set(pooled.rows) == {"combined-group"}
    assert pooled.rows["combined-group"].estimate == pytest.approx(0.3, abs=0.05)
    assert pooled.rows["combined-group"].df == 2


def test_degrees_of_freedom_follow_the_clinics_that_compared_the_pair_themselves():
    many = [{"group-individual": Brought(0.1 * k, 0.1)} for k in range(9)]
    three = [brought_of((0.1, 0.3)) for _ in range(3)]
    rows = pool_question([*many, *three], 0.95).rows
    assert rows["combined-individual"].df == 4
    assert rows["group-individual"].df == 13


def test_a_wider_spread_counts_clinics_more_alike():
    near = [brought_of((0.1, 0.1), error) for error in (0.05, 0.2, 0.2, 0.2)]
    apart = [
        brought_of((value, value), error)
        for value, error in zip((0.0, 0.9, -0.8, 0.4), (0.05, 0.2, 0.2, 0.2), strict=True)
    ]
    alike, spread = (
        pool_question(own, 0.95).rows["group-individual"].shares.max() for own in (near, apart)
    )
    assert alike > 0.8
    assert spread < 0.4


def test_what_nobody_brings_is_not_pooled():
    pooled = pool_question([{}, {}, {}], 0.95)
    assert (pooled.rows, pooled.n_clinics) == ({}, 0)
