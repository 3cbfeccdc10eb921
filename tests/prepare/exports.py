"""Raw exports of people who do not exist, for tests of `prepare` in processes of their own."""

import csv

HEAD = ("Client name", "DOB", "Therapy began", "Therapy", "Goal", "Area", "Seen by", "Start", "End")
MAPPING = {
    "columns": {
        "Client name": "child_id",
        "DOB": "birth_date",
        "Therapy began": "start_date",
        "Therapy": "format",
        "Goal": "goal_id",
        "Area": "domain",
        "Seen by": "therapist_id",
    },
    "reviews": [{"level": "Start", "week": 0}, {"level": "End", "week": 12}],
}


def people(n, first=0):
    """Give the names of `n` people, whose numbers begin at `first`."""
    return [
        f"Family{chr(97 + i // 26 % 26)}{chr(97 + i % 26)} {i}" for i in range(first, first + n)
    ]


def write_export(path, names):
    """Write a wide sheet with two goals for each of the people."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for i, name in enumerate(names):
            for goal, area in (("puts on a coat", "self care"), ("ties laces", "motor")):
                therapy = ("1:1", "group", "both")[i % 3]
                writer.writerow(
                    [name, "2016-03-11", "2024-02-05", therapy, goal, area, "Jane Doe", "-2", "0"]
                )
    return path
