"""The pages of the app: each a function of the desk, every text escaped.

In: the desk and the secret of its forms. Out: HTML.
Decisions: one heading of the first order to a page, every control with its label, steps as an
ordered list with the present one marked, faults announced by an alert; all works by keyboard and
without script (the script only says that work goes on).
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from itertools import groupby

from analysis.app.desk import Desk, Refusal
from analysis.app.form import Question, ask_columns, ask_labels, ask_layout
from analysis.app.preview import shape_rows
from analysis.app.words import COLUMN_TITLES, VISIT, Choice
from analysis.records.assignment.columns import show_known
from analysis.records.assignment.plan import CERTAIN, GUESS, LIKELY
from analysis.records.text import TextTable
from analysis.shipped import SAMPLE
from analysis.words.answer import list_shortly
from analysis.words.phrases import compares

NAME = "Therapy formats"
MOST_OPEN = 12
STEPS = ("Choose", "Assign", "Check", "Report")
MARKS = {CERTAIN: "Certain", LIKELY: "Likely", GUESS: "A guess: look"}


def escape(text: object) -> str:
    """Give a text as HTML shows it."""
    return html.escape(str(text), quote=True)


def _frame(title: str, body: str, step: int = -1, form: str = "") -> str:
    items = "".join(
        f"<li{' aria-current=step' if i == step else ' class=done' if i < step else ''}>"
        f"<span class=n aria-hidden=true>{i + 1}</span> {name}</li>"
        for i, name in enumerate(STEPS)
    )
    steps = f'<nav aria-label="Steps"><ol class=steps>{items}</ol></nav>' if step >= 0 else ""
    close = (
        f'<form method=post action="/stop">{_secret(form)}<button class=quiet>'
        "Close the app</button></form>"
        if form
        else ""
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · {NAME}</title>"
        '<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/app.css">'
        '<script src="/static/app.js" defer></script></head><body>'
        '<a class=skip href="#main">Skip to the content</a>'
        f"<header><div class=bar><p class=brand>{NAME}</p>{steps}{close}</div></header>"
        f'<main id=main tabindex="-1"><h1>{escape(title)}</h1>{body}</main>'
        "<footer><p>All of this stays on this computer. Nothing is sent anywhere.</p></footer>"
        "<div id=working role=status aria-live=polite></div></body></html>"
    )


def _secret(form: str) -> str:
    return f'<input type=hidden name=form value="{escape(form)}">'


def _refused(refusal: Refusal | None) -> str:
    if refusal is None:
        return ""
    n = len(refusal.faults)
    count = f"<p>{n} things to look at:</p>" if n > 1 else ""
    items = "".join(f"<li>{escape(fault)}</li>" for fault in refusal.faults)
    tag = "ol" if n > 1 else "ul"
    return (
        f'<section class=fault role=alert tabindex="-1" id=faults aria-labelledby=fault-title>'
        f"<h2 id=fault-title>{escape(refusal.title)}</h2>{count}<{tag}>{items}</{tag}>"
        "</section>"
    )


def _offer_coding(desk: Desk, form: str) -> str:
    """Give the form that makes coded records of a raw export, where that is the mend."""
    raw = None if desk.refusal is None else desk.refusal.raw
    if raw is None:
        return ""
    told = [
        (heading, name.replace("_", " "))
        for heading, name in raw.mapping.columns.items()
        if show_known(heading, 1) == heading
    ]
    told += [
        (str(one["level"]), f"level in week {one['week']}")
        for one in raw.mapping.reviews
        if "week" in one and show_known(str(one["level"]), 1) == one["level"]
    ]
    items = "".join(f"<li>{escape(given)}: {escape(means)}</li>" for given, means in told)
    return (
        "<form method=post class='card first' data-working='Making coded records'>"
        f"{_secret(form)}<h2>Make coded records of it</h2><p>Names become random codes, dates "
        "become weeks since each child's start, everything else that could name a child is left "
        "behind. "
        f"They are written to the new folder <strong>{escape(desk.coded_folder.name)}</strong> "
        "beside your file, which stays as it is. No key is kept: nobody can trace a code back.</p>"
        f"<p>Your file is taken for:</p><ul>{items}</ul><p class='row last'>"
        "<button name=prepare value=1>This is right: make coded records</button></p></form>"
    )


def choose_page(desk: Desk, form: str) -> str:
    """Give step 1: choose the records."""
    folders, names = desk.entries()

    def buttons(field: str, entries: Sequence[str], kind: str) -> str:
        rows = "".join(
            f'<li><button class="entry {kind}" name={field} value={i}>{escape(entry)}</button></li>'
            for i, entry in enumerate(entries)
        )
        return f"<ul class=entries>{rows}</ul>"

    listed = ""
    if names:
        listed += f"<h3>Files of records</h3>{buttons('file', names, 'file')}"
    if folders:
        listed += f"<h3>Folders</h3>{buttons('folder', folders, 'folder')}"
    if not listed:
        listed = "<p class=soft>There are no spreadsheets and no folders here.</p>"
    whole = (
        "<button class=second name=whole value=1>Use this whole folder</button>"
        if len(names) > 1
        else ""
    )
    body = (
        f"<p class=lead>Choose your spreadsheet of goals: Excel, CSV or Parquet. It is read where "
        f"it is; no copy is made.</p>{_refused(desk.refusal)}"
        f"<form method=post class=card data-working='Reading the records'>{_secret(form)}"
        f"<h2>Find it</h2><p class=here>In <strong>{escape(desk.here)}</strong></p>"
        "<p class=row><button class=second name=up value=1>Up one folder</button>"
        f"{whole}</p>{listed}</form>"
        f"<form method=post class=card data-working='Reading the records'>{_secret(form)}"
        "<h2>Or type where it is</h2><label for=typed>File or folder</label>"
        "<input id=typed name=typed type=text autocomplete=off spellcheck=false required>"
        "<p class=row><button name=read value=1>Read it</button>"
        "<button class=second name=browse value=1>Look into this folder</button></p></form>"
        f"{_offer_sample(form) if SAMPLE.is_dir() else ''}"
    )
    return _frame("Choose your records", body, 0, form)


def _offer_sample(form: str) -> str:
    return (
        f"<form method=post class=card data-working='Reading the records'>{_secret(form)}"
        "<h2>Or try it first</h2><p>An invented clinic of 240 children shows what you would get."
        "</p>"
        "<p><button class=second name=sample value=1>Use the invented sample</button></p></form>"
    )


def columns_page(desk: Desk, form: str) -> str:
    """Give step 2: say what the columns and labels mean."""
    assert desk.seen is not None
    proposal = desk.seen.proposal
    parts = []
    for place, (name, table) in enumerate(desk.tables):
        asked = ask_columns(name, table, place, proposal)
        parts.append(
            f"<section class=card><h2>Columns of {escape(_table_name(name, table))}</h2>"
            f"{_preview(name, table)}{_folded(asked)}</section>"
        )
    for column, labels in ask_labels(proposal):
        title = COLUMN_TITLES.get(column, column.replace("_", " "))
        parts.append(
            f"<section class=card><h2>Labels of “{escape(title)}”</h2>{_questions(labels)}"
            "</section>"
        )
    settings, told = ask_layout(proposal)
    items = "".join(
        f"<li>{escape(item.given)}: {escape(item.means)} <span class=soft>({escape(item.reason)})"
        f"</span> {_mark(item.certainty)}</li>"
        for item in told
    )
    said = f"<ul>{items}</ul>" if items else ""
    parts.append(
        f"<section class=card><h2>How the sheet is laid out</h2>{said}"
        f"<details{' open' if told else ''}><summary>Look at it or change it</summary>"
        f"{_questions(settings)}</details></section>"
    )
    kept = f" What {escape(desk.kept)} beside them says is used." if desk.kept else ""
    lacking = [name.replace("_", " ") for name in proposal.lacking]
    missing = (
        f"<p class=warn>Nothing in the sheet seems to be: <strong>{escape(', '.join(lacking))}"
        "</strong>. Choose the column, if it is there.</p>"
        if lacking
        else ""
    )
    sure = not (proposal.open_items or proposal.unknown or proposal.lacking or desk.refusal)
    first = "<p class=row><button>This is right: look for faults</button></p>" if sure else ""
    body = (
        "<p class=lead>This is what your sheet is taken for. Change what is wrong, then look for "
        f"faults.{kept}</p>{_refused(desk.refusal)}{_offer_coding(desk, form)}"
        f"{'' if desk.refusal and desk.refusal.raw else missing}"
        f"<form method=post data-working='Looking for faults'>{_secret(form)}{first}"
        f"{''.join(parts)}"
        "<p class='row last'><button>This is right: look for faults</button>"
        "<a class=button href='/'>Choose another file</a></p></form>"
    )
    return _frame("What do the columns mean?", body, 1, form)


def _table_name(name: str, table: TextTable) -> str:
    return table.file if name == "flat" else f"{table.file} ({name.replace('_', ' ')})"


def _preview(name: str, table: TextTable) -> str:
    heads = "".join(
        f"<th scope=col>{escape(show_known(column.heading, column.position))}</th>"
        for column in table.columns
    )
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(shape)}</td>' for shape in row)}</tr>"
        for row in shape_rows(table)
    )
    return (
        f"<div class=wide tabindex=0 role=region aria-label='Shapes of {escape(name)}'><table>"
        f"<caption>The first rows by their shape only: no cell is shown. {table.n_rows:,} rows in "
        f"all.</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _folded(asked: Sequence[Question]) -> str:
    """Give the questions to look at, and those whose answer is certain folded away below them."""
    sure = [one for one in asked if one.certainty == CERTAIN or one.fixed]
    if len(sure) < MOST_OPEN:
        return _questions(asked)
    rest = [one for one in asked if one not in sure]
    all_of = "All" if not rest else "Other"
    return (
        f"{_questions(rest) if rest else ''}<details><summary>{all_of} {len(sure)} columns are "
        f"certain: look at them or change them</summary>{_questions(sure)}</details>"
    )


def _mark(certainty: str) -> str:
    return f"<span class='mark {certainty}'>{MARKS[certainty]}</span>" if certainty else ""


def _questions(asked: Iterable[Question]) -> str:
    return f"<div class=questions>{''.join(map(_question, asked))}</div>"


def _question(one: Question) -> str:
    name = escape(one.name)
    note = said = ""
    if one.certainty or one.reason:
        said = f" aria-describedby='{name}-why'"
        note = (
            f"<p class=why id='{name}-why'>{_mark(one.certainty)} <span class=soft>"
            f"{escape(one.reason)}</span></p>"
        )
    label = f"<label class=asked for='{name}'>{escape(one.asked)}</label>"
    if one.fixed:
        label = f"<p class=asked>{escape(one.asked)}</p>"
        control = f"<p class=fixed>{escape(one.fixed)}</p>"
    elif one.choices:
        control = (
            f"<select id='{name}' name='{name}'{said}>{_options(one.choices, one.value)}</select>"
        )
    else:
        control = (
            f"<input id='{name}' name='{name}'{said} type=text inputmode=numeric size=5 "
            f"value='{escape(one.value)}'>"
        )
    if one.week is not None and (one.fixed or VISIT in {choice.value for choice in one.choices}):
        control += (
            f"<span class='week{' always' if one.fixed else ''}'><label for='{name}.week'>in week"
            f"<span class=hidden> ({escape(one.asked)})</span></label>"
            f"<input id='{name}.week' name='{name}.week' type=text inputmode=numeric size=4 "
            f"value='{escape(one.week or '')}'></span>"
        )
    return f"<div class=q>{label}<div class=answer>{control}</div>{note}</div>"


def _options(choices: Sequence[Choice], value: str) -> str:
    parts = []
    known = {choice.value for choice in choices}
    if value not in known or (not value and "" not in known):
        parts.append("<option value='' selected>Choose</option>")
    for under, group in groupby(choices, key=lambda choice: choice.under):
        options = "".join(
            f"<option value='{escape(one.value)}'{' selected' if one.value == value else ''}>"
            f"{escape(one.told)}</option>"
            for one in group
        )
        parts.append(
            f"<optgroup label='{escape(under)}'>{options}</optgroup>" if under else options
        )
    return "".join(parts)


def check_page(desk: Desk, form: str) -> str:
    """Give step 3: what the records hold and lack."""
    assert desk.records is not None
    blocks = [block.splitlines() for block in desk.told.strip().split("\n\n")]
    sections = "".join(
        f"<section class=card><h2>{escape(lines[0])}</h2><ul>"
        + "".join(f"<li>{escape(line.strip().removeprefix('- '))}</li>" for line in lines[1:])
        + "</ul></section>"
        for lines in blocks[1:]
    )
    made = (
        f"<p class=warn>The coded records are in <strong>{escape(desk.made)}</strong>. Choose that "
        "folder the next time.</p>"
        if desk.made
        else ""
    )
    body = (
        f"{_refused(desk.refusal)}<p class=lead>{escape(' '.join(blocks[0]))}</p>{made}"
        f"{_keep(desk, form)}"
        f"<form method=post class='card first' data-working='Comparing the formats; "
        f"this takes some seconds'>{_secret(form)}<h2>Make the report</h2>"
        "<label for=previous>The last report about these children, if one was handed out "
        "<span class=soft>(where its PDF is; leave empty if there is none)</span></label>"
        "<input id=previous name=previous type=text autocomplete=off spellcheck=false>"
        "<label for=paper>Paper</label><select id=paper name=paper>"
        "<option value=a4>A4</option><option value=letter>Letter</option></select>"
        "<p class='row last'><button>Make the report</button>"
        f"<a class=button href='/columns'>Back to the columns</a></p></form>{sections}"
    )
    return _frame("These records can be read", body, 2, form)


def _keep(desk: Desk, form: str) -> str:
    if not desk.mapping_text:
        return ""
    if desk.kept and desk.kept == desk.mapping_name:
        said = f"<p>Kept as <strong>{escape(desk.kept)}</strong> beside the records. The next time "
        said += "nothing is asked.</p>"
        again = "Write it again"
    else:
        said = f"<p>Keep it as <strong>{escape(desk.mapping_name)}</strong> beside the records, "
        said += "and nothing is asked the next time. It holds headings and labels, no child.</p>"
        again = "Keep it beside the records"
    return (
        f"<form method=post class=card>{_secret(form)}<h2>What the columns mean</h2>{said}"
        f"<p class=row><button class=second name=keep value=1>{again}</button>"
        "<a class=button href='/take/mapping.toml' download>Download it instead</a></p></form>"
    )


def report_page(desk: Desk, form: str) -> str:
    """Give step 4: the answer of page 1 in words, and the report."""
    summary = desk.summary
    assert summary is not None
    texts = summary.texts
    always = texts["always" if compares(summary) else "counts"]
    invented = (
        "<p class=warn>These are the invented sample records.</p>" if summary.invented else ""
    )
    pairs = "".join(f"<li>{escape(text)}</li>" for text in list_shortly(summary))
    note = f"<p class=warn>{escape(desk.ledger_note)}</p>" if desk.ledger_note else ""
    hand = (
        ""
        if summary.invented
        else "<p class=soft>If you hand it out, keep it, and name it when you make the next one. "
        "Two reports that know of each other tell nothing about one child.</p>"
    )
    body = (
        f"{invented}<section class='card answer-card'><h2 class=headline>"
        f"{escape(texts['headline'])}</h2><p>{escape(always)}</p><ul>{pairs}</ul></section>"
        f"<section class='card first'><h2>Take it along</h2>{note}<p class=row>"
        "<a class='button main' href='/take/summary.pdf' download>Download the report (PDF)</a>"
        "<a class=button href='/take/family.pdf' download>One page for families (PDF)</a>"
        "<a class=button href='/take/results.xlsx' download>Every number (Excel)</a>"
        "<a class=button href='/take/pictures.zip' download>Pictures for slides (zip)</a>"
        "<a class=button href='/take/summary.json' download>Its numbers (JSON)</a></p>"
        f"{hand}</section><p class=row><a class=button href='/check'>Back to the check</a>"
        "<a class=button href='/'>Choose other records</a></p>"
    )
    return _frame("The answer", body, 3, form)


def refused_page(status: int) -> str:
    """Give the page of a request that is not answered."""
    if status == 403:
        title = "This page is not open to you"
        said = "Start the app again, and use the page that it opens."
    elif status == 404:
        title, said = "There is no such page", "Go back to the page before."
    else:
        title = "That did not work"
        said = "Nothing was written. Go back and try again; if it stays, start the app again."
    return _frame(title, f"<p>{said}</p>")


def stopped_page() -> str:
    """Give the page after the end."""
    return _frame("The app is closed", "<p>You can close this page.</p>")
