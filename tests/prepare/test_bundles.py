"""FHIR exports as servers and programs really write them: whose id it is, and what is left out."""

import json

import pytest

from analysis.errors import RecordsError
from analysis.prepare.making import prepare_records

LOINC = "http://loinc.org"
SCALING = "http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling"
DOMAINS = "http://hl7.org/fhir/us/pco/CodeSystem/pco-goal-domains"
ANSWERS = {-2: "LA34484-8", -1: "LA34483-0", 0: "LA34481-4"}
SOCIAL = {"labels": {"domain": {"social-functioning": "social"}}}


def concept(code, system=LOINC):
    return {"coding": [{"system": system, "code": code}]}


def patient(name, born="2016-03-14"):
    return {"resourceType": "Patient", "id": name, "birthDate": born}


def goal(name, child, **more):
    level = {"url": "level", "valueCoding": {"system": LOINC, "code": ANSWERS[0]}}
    return {
        "resourceType": "Goal",
        "id": name,
        "lifecycleStatus": "active",
        "subject": {"reference": child},
        "startDate": "2024-02-05",
        "category": [concept("social-functioning", DOMAINS)],
        "extension": [{"url": SCALING, "extension": [level]}],
        **more,
    }


def rating(about, level, day, code="107332-9", **more):
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(code),
        "focus": [{"reference": about}],
        "effectiveDateTime": day,
        "valueCodeableConcept": concept(ANSWERS[level]),
        **more,
    }


def child_resources(name="p1", born="2016-03-14"):
    """Give a child with one goal and two ratings, known by ids."""
    return [
        patient(name, born),
        goal(f"g-{name}", f"Patient/{name}"),
        rating(f"Goal/g-{name}", -2, "2024-02-05", "112296-9", id=f"a-{name}"),
        rating(f"Goal/g-{name}", 0, "2024-05-06", id=f"b-{name}"),
    ]


def bundle(resources, server=""):
    entries = [{"resource": one} for one in resources]
    if server:
        for entry in entries:
            one = entry["resource"]
            entry["fullUrl"] = f"{server}/{one['resourceType']}/{one['id']}"
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def prepare(tmp_path, files, formats="child_id,format\np1,group\np2,individual\n"):
    folder = tmp_path / "raw"
    folder.mkdir()
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "formats.csv").write_text(formats)
    return prepare_records(
        folder, tmp_path / "coded", mapping=SOCIAL, fhir=True, formats=tmp_path / "formats.csv"
    ).records


def refusals(tmp_path, files):
    with pytest.raises(RecordsError) as caught:
        prepare(tmp_path, files)
    return [problem.code for problem in caught.value.problems]


A, B = "https://a.example/fhir", "https://b.example/fhir"


def test_ids_hold_within_a_server(tmp_path):
    files = {
        "a.json": bundle(child_resources(), A),
        "b.json": bundle(child_resources(born="2012-01-01"), B),
    }
    records = prepare(tmp_path, files)
    assert (records.n_children, len(records.goals), len(records.reviews)) == (2, 2, 4)
    assert sorted(records.episodes["age_years"]) == [7.5, 12.0]
    assert any("whole addresses as child_id tell them apart (1)" in n for n in records.notes)


def test_servers_in_one_file_and_whole_addresses_in_the_table_of_formats(tmp_path):
    both = bundle(child_resources(), A)
    both["entry"] += bundle(child_resources(), B)["entry"]
    table = f"child_id,format\n{A}/Patient/p1,group\n{B}/Patient/p1,individual\n"
    records = prepare(tmp_path, {"both.json": both}, table)
    assert sorted(records.episodes["format"]) == ["group", "individual"]
    assert not any("several servers" in note for note in records.notes)


def test_whole_addresses_in_the_table_serve_an_export_without_them(tmp_path):
    table = f"child_id,format\n{A}/Patient/p1,group\n"
    records = prepare(tmp_path, {"a.json": bundle(child_resources())}, table)
    assert list(records.episodes["format"]) == ["group"]


def test_absolute_and_versioned_references_are_followed(tmp_path):
    resources = child_resources()
    resources[1]["subject"] = {"reference": f"{A}/Patient/p1/_history/3"}
    resources[2]["focus"] = [{"reference": f"{A}/Goal/g-p1"}]
    records = prepare(tmp_path, {"a.json": bundle(resources, A)})
    assert (records.n_children, len(records.reviews)) == (1, 2)


def test_the_same_id_for_two_children_without_addresses_is_refused(tmp_path):
    files = {
        "a.json": bundle(child_resources()),
        "b.json": bundle(child_resources(born="2012-01-01")),
    }
    assert set(refusals(tmp_path, files)) == {"two_of_one"}


def test_what_stands_twice_is_read_once_the_newer_of_it(tmp_path):
    old, new = child_resources(), child_resources()
    old[1]["meta"] = {"lastUpdated": "2024-03-01T00:00:00Z"}
    new[1]["meta"] = {"lastUpdated": "2024-06-01T00:00:00Z"}
    new[1]["category"] = [concept("social", DOMAINS)]
    records = prepare(tmp_path, {"1.json": bundle(new, A), "2.json": bundle(old, A)})
    assert (records.n_children, len(records.goals), len(records.reviews)) == (1, 1, 2)
    assert any("twice read once (4)" in note for note in records.notes)


def test_a_newer_version_entered_in_error_counts(tmp_path):
    old, new = child_resources(), child_resources("p1")
    new[1]["lifecycleStatus"] = "entered-in-error"
    new[1]["meta"] = {"lastUpdated": "2024-06-01T00:00:00Z"}
    assert refusals(tmp_path, {"1.json": bundle(old, A), "2.json": bundle(new, A)}) == ["no_rows"]


@pytest.mark.parametrize("upper", [False, True])
def test_resources_known_by_urn_alone_are_read(tmp_path, upper):
    names = [f"urn:uuid:0000000{i}-0000-4000-8000-00000000000a" for i in range(4)]
    resources = child_resources()
    resources[1]["subject"] = {"reference": names[0].upper() if upper else names[0]}
    for one in resources[2:]:
        one["focus"] = [{"reference": names[1]}]
    for one in resources:
        del one["id"]
    content = bundle(resources)
    for entry, name in zip(content["entry"], names, strict=True):
        entry["fullUrl"] = name
    table = f"child_id,format\n{names[0].rpartition(':')[2]},group\n"
    records = prepare(tmp_path, {"a.json": content}, table)
    assert (records.n_children, len(records.reviews)) == (1, 2)
    assert list(records.episodes["age_years"]) == [7.5]


def test_own_ids_serve_where_addresses_are_urns(tmp_path):
    resources = child_resources()
    content = bundle(resources)
    for i, entry in enumerate(content["entry"]):
        entry["fullUrl"] = f"urn:uuid:0000000{i}-0000-4000-8000-00000000000a"
    records = prepare(tmp_path, {"a.json": content})
    assert (records.n_children, len(records.reviews)) == (1, 2)
    assert list(records.episodes["format"]) == ["group"]


@pytest.mark.parametrize("part", [{"meta": {"source": "b"}}, {"description": {"text": "other"}}])
def test_goals_of_two_systems_under_one_id_are_refused(tmp_path, part):
    ours, theirs = child_resources(), child_resources()
    ours[1] |= {"meta": {"source": "a"}, "description": {"text": "one"}}
    theirs[1] |= part
    files = {"a.json": bundle(ours), "b.json": bundle(theirs)}
    assert set(refusals(tmp_path, files)) == {"two_of_one"}


def test_loinc_may_be_named_by_its_number(tmp_path):
    content = json.dumps(bundle(child_resources())).replace(LOINC, "urn:oid:2.16.840.1.113883.6.1")
    assert len(prepare(tmp_path, {"a.json": content}).reviews) == 2


@pytest.mark.parametrize(
    ("code", "rater"),
    [("107334-5", "child"), ("107331-1", "caregiver"), ("107333-7", None), ("107332-9", None)],
)
def test_the_code_of_a_rating_says_who_gave_it(tmp_path, code, rater):
    resources = child_resources()
    resources[3]["code"] = concept(code)
    resources[3]["performer"] = [{"reference": "Practitioner/x"}]
    found = prepare(tmp_path, {"a.json": bundle(resources)}).reviews["rater"].astype(object)
    assert [value if isinstance(value, str) else None for value in found] == [None, rater]


@pytest.mark.parametrize("shape", ["array", "bundles in an array", "nested", "lines", "lines.json"])
def test_every_packing_of_the_same_resources_is_read(tmp_path, shape):
    resources = child_resources()
    resources[1]["description"] = {"text": "joins a game\u2028then waits\u2029\u0085"}
    lines = "\r\n".join(json.dumps(one, ensure_ascii=False) for one in resources)
    content = {
        "array": resources,
        "bundles in an array": [bundle(resources[:2]), bundle(resources[2:])],
        "nested": bundle([bundle(resources[:2]), *resources[2:]]),
        "lines": lines,
        "lines.json": lines,
    }[shape]
    name = "a.ndjson" if shape == "lines" else "a.json"
    records = prepare(tmp_path, {name: content})
    assert (records.n_children, len(records.goals), len(records.reviews)) == (1, 1, 2)


def test_a_bulk_export_with_a_file_for_each_kind_is_read(tmp_path):
    resources = [*child_resources("p1"), *child_resources("p2")]
    files = {
        f"{kind}.ndjson": "\n".join(
            json.dumps(one) for one in resources if one["resourceType"] == kind
        )
        for kind in ("Patient", "Goal", "Observation")
    }
    records = prepare(tmp_path, files)
    assert (records.n_children, len(records.goals), len(records.reviews)) == (2, 2, 4)


@pytest.mark.parametrize(
    "target",
    [
        {"measure": concept("107332-9")},
        {"measure": concept("112296-9")},
        {"detailCodeableConcept": concept("LA34481-4")},
    ],
)
def test_a_goal_scaled_by_its_target_alone_is_read(tmp_path, target):
    resources = child_resources()
    del resources[1]["extension"]
    resources[1]["target"] = [{"dueDate": "2024-09-30"}, target]
    records = prepare(tmp_path, {"a.json": bundle(resources)})
    assert len(records.goals) == 1
    assert not any("scaled" in note for note in records.notes)


def test_a_goal_that_is_rated_without_any_scaling_is_read_and_counted(tmp_path):
    resources = child_resources()
    del resources[1]["extension"]
    resources.append(goal("other", "Patient/p1", extension=[]))
    records = prepare(tmp_path, {"a.json": bundle(resources)})
    told = " | ".join(records.notes)
    assert "read as scaled because they are rated as such (1)" in told
    assert "goals without attainment scaling left out (1)" in told


@pytest.mark.parametrize(
    "other",
    [
        {"code": concept("452341000124107", "http://snomed.info/sct")},
        {"code": concept("29463-7"), "valueQuantity": {"value": 21, "unit": "kg"}},
        {"code": {"text": "barrier"}, "valueString": "no time"},
    ],
)
def test_other_observations_on_a_scaled_goal_are_left_out_and_counted(tmp_path, other):
    observation = rating("Goal/g-p1", 0, "2024-05-06")
    del observation["valueCodeableConcept"]
    resources = [*child_resources(), {**observation, **other}]
    records = prepare(tmp_path, {"a.json": bundle(resources)})
    assert len(records.reviews) == 2
    assert any("of another kind on scaled goals left out (1)" in n for n in records.notes)


def test_an_answer_of_the_scale_under_an_unknown_code_is_refused(tmp_path):
    resources = [*child_resources(), rating("Goal/g-p1", 0, "2024-06-06", "99999-9")]
    assert refusals(tmp_path, {"a.json": bundle(resources)}) == ["unknown_code"]


def test_a_goal_entered_in_error_goes_with_its_ratings(tmp_path):
    resources = child_resources()
    resources.append(goal("wrong", "Patient/p1", lifecycleStatus="entered-in-error"))
    resources += [rating("Goal/wrong", 0, day) for day in ("2024-02-05", "2024-05-06")]
    records = prepare(tmp_path, {"a.json": bundle(resources)})
    told = " | ".join(records.notes)
    assert (len(records.goals), len(records.reviews)) == (1, 2)
    assert "observations of goals entered in error left out (2)" in told
    assert "goals entered in error left out (1)" in told


@pytest.mark.parametrize(
    ("born", "age"), [("2016", 7.5), ("2016-03", 7.5), ("2016-03-14", 7.5), (None, None)]
)
def test_a_birth_date_may_be_a_year_or_a_month(tmp_path, born, age):
    resources = child_resources(born=born)
    if born is None:
        del resources[0]["birthDate"]
    records = prepare(tmp_path, {"a.json": bundle(resources)})
    ages = [None if value != value else value for value in records.episodes["age_years"]]
    assert ages == [age]
    told = any("the middle of the year or month taken" in note for note in records.notes)
    assert told == (born in ("2016", "2016-03"))


def test_a_start_that_is_no_full_date_is_not_given(tmp_path):
    resources = child_resources()
    resources[1]["startDate"] = "2024-02"
    records = prepare(tmp_path, {"a.json": bundle(resources)})
    assert list(records.reviews["week"]) == [0, 13]


@pytest.mark.parametrize(
    "when",
    [
        {"effectivePeriod": {"start": "2024-05-06T09:00:00Z", "end": "2024-05-06T10:00:00Z"}},
        {"effectiveInstant": "2024-05-06T09:00:00Z"},
    ],
)
def test_the_day_of_a_rating_is_found_in_each_of_its_forms(tmp_path, when):
    resources = child_resources()
    del resources[3]["effectiveDateTime"]
    resources[3] |= when
    assert list(prepare(tmp_path, {"a.json": bundle(resources)}).reviews["week"]) == [0, 13]


def test_who_rated_is_known_by_the_resource_an_address_names(tmp_path):
    resources = child_resources()
    mother = {"resourceType": "RelatedPerson", "id": "m"}
    for one in resources[2:]:
        one["performer"] = [{"reference": "urn:uuid:0000000f-0000-4000-8000-00000000000a"}]
    content = bundle([*resources, mother])
    content["entry"][-1]["fullUrl"] = "urn:uuid:0000000F-0000-4000-8000-00000000000a"
    assert list(prepare(tmp_path, {"a.json": content}).reviews["rater"]) == ["caregiver"] * 2


def test_a_rating_of_a_goal_elsewhere_is_refused(tmp_path):
    resources = [*child_resources(), rating(f"{B}/Goal/g-p1", 0, "2024-06-06", id="c")]
    assert refusals(tmp_path, {"a.json": bundle(resources, A)}) == ["unknown_goal"]
