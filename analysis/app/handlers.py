"""The addresses of the app: each step shows its page or takes its form.

In: requests. Out: pages, a PDF, a mapping file.
Decisions: every form is answered by sending the browser to a page, so that going back and forth
repeats nothing; paths of records never stand in an address, which a browser remembers. A few
handlers and no Voila: docs/app.md has the weighing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any

from tornado.web import Application, HTTPError, RequestHandler

from analysis.app import pages
from analysis.app.desk import SAMPLE, Desk, typed_path
from analysis.app.downloads import make_download
from analysis.app.guard import HEADERS, Guard
from analysis.writing.places import kind_of_place

MOST_BYTES = 1_000_000  # of a form; records are read where they are, not sent
STATIC = {
    "app.css": ("analysis.app", "static/app.css", "text/css; charset=utf-8"),
    "app.js": ("analysis.app", "static/app.js", "text/javascript; charset=utf-8"),
    "sans.otf": ("analysis.report", "fonts/SourceSansPro-Regular.otf", "font/otf"),
    "sans-semibold.otf": ("analysis.report", "fonts/SourceSansPro-Semibold.otf", "font/otf"),
    "serif-semibold.otf": ("analysis.report", "fonts/SourceSerifPro-Semibold.otf", "font/otf"),
}


class Step(RequestHandler):
    """What every address has in common: who may ask, and what is never sent or kept."""

    guard: Guard
    desk: Desk
    worker: ThreadPoolExecutor

    def initialize(self, guard: Guard, desk: Desk, worker: ThreadPoolExecutor) -> None:
        """Take what the run shares."""
        self.guard, self.desk, self.worker = guard, desk, worker

    def set_default_headers(self) -> None:
        """Set the headers of every answer."""
        self.clear_header("Server")
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        """Refuse whoever is not the person at this computer.

        Raises:
            HTTPError: 403.
        """
        if not self.guard.is_own_host(self.request.host):
            raise HTTPError(403)
        fresh = self.get_query_argument("token", "")
        if not self.guard.is_known(fresh or self.get_cookie(self.guard.cookie, "") or ""):
            raise HTTPError(403)
        if fresh:
            self.application.settings["arrived"]()
            self.set_cookie(self.guard.cookie, fresh, httponly=True, samesite="Strict", path="/")
        if self.request.method not in ("GET", "HEAD") and not self.guard.is_own_form(
            self.request.headers.get("Origin", ""), self.get_body_argument("form", "")
        ):
            raise HTTPError(403)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say in a page that the request is refused or failed; nothing is quoted."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(pages.refused_page(status_code))

    def log_exception(self, *_: object) -> None:
        """Keep silent: a message could quote a cell, an address the token."""

    def show(self, page: str) -> None:
        """Send a page."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(page)

    def go(self, address: str) -> None:
        """Send the browser on to a page."""
        self.redirect(address, status=303)

    async def attempt(self, title: str, work: Callable[[], None]) -> bool:
        """Do a step of the desk beside the loop, one at a time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.worker, self.desk.attempt, title, work)

    def answers(self) -> dict[str, str]:
        """Give what a form says."""
        return {name: self.get_body_argument(name, "") for name in self.request.body_arguments}


class Start(Step):
    """Step 1: choose the records."""

    def get(self) -> None:
        """Show the folder and what can be chosen."""
        self.show(pages.choose_page(self.desk, self.guard.form))

    async def post(self) -> None:
        """Go to a folder, or choose a file."""
        desk, said = self.desk, self.answers()
        folders, names = desk.entries()
        target = None
        desk.refusal = None
        if "up" in said:
            desk.here = desk.here.parent
        elif "sample" in said:
            target = SAMPLE
        elif "whole" in said:
            target = desk.here
        elif said.get("folder", "").isdigit() and int(said["folder"]) < len(folders):
            desk.here = desk.here / folders[int(said["folder"])]
        elif said.get("file", "").isdigit() and int(said["file"]) < len(names):
            target = desk.here / names[int(said["file"])]
        elif said.get("typed", "").strip():
            target = typed_path(said["typed"])
            if kind_of_place(target) == "folder" and "browse" in said:
                desk.here, target = target, None
        if target is None:
            return self.go("/")
        chosen = target.absolute()
        done = await self.attempt("This cannot be read", lambda: desk.choose(chosen))
        return self.go("/columns" if done else "/")


class Columns(Step):
    """Step 2: say what the columns and labels mean."""

    def get(self) -> None:
        """Show the form."""
        if self.desk.seen is None:
            return self.go("/")
        return self.show(pages.columns_page(self.desk, self.guard.form))

    async def post(self) -> None:
        """Take the answers, and read and judge the records by them."""
        desk, said = self.desk, self.answers()
        if desk.seen is None:
            return self.go("/")

        def work() -> None:
            if "prepare" in said:
                return desk.prepare()
            desk.assign(said)
            return desk.check()

        done = await self.attempt("These records cannot be used yet", work)
        return self.go("/check" if done else "/columns")


class Check(Step):
    """Step 3: what the records hold and lack."""

    def get(self) -> None:
        """Show what the check says."""
        if self.desk.records is None:
            return self.go("/columns")
        return self.show(pages.check_page(self.desk, self.guard.form))

    async def post(self) -> None:
        """Keep the mapping beside the records, or make the report."""
        desk, said = self.desk, self.answers()
        if desk.records is None:
            return self.go("/columns")
        if "keep" in said:
            await self.attempt("The file could not be written", desk.keep)
            return self.go("/check")
        last, paper = said.get("previous", ""), said.get("paper", "a4")
        done = await self.attempt("There is no report", lambda: desk.make_report(last, paper))
        return self.go("/report" if done else "/check")


class Report(Step):
    """Step 4: the answer, and the report to take along."""

    def get(self) -> None:
        """Show the answer of page 1 in words."""
        if self.desk.summary is None:
            return self.go("/check")
        return self.show(pages.report_page(self.desk, self.guard.form))


class Download(Step):
    """The files that may be taken along."""

    async def get(self, name: str) -> None:
        """Send the report, its numbers or pictures, or the mapping.

        Raises:
            HTTPError: 404 when there is none.
        """
        loop = asyncio.get_running_loop()
        content = await loop.run_in_executor(self.worker, make_download, self.desk, name)
        if not content:
            raise HTTPError(404)
        self.set_header("Content-Type", "application/octet-stream")
        if name.endswith(".pdf"):
            self.set_header("Content-Type", "application/pdf")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.finish(content)


class Static(Step):
    """Style, script and type: the package's own."""

    def get(self, name: str) -> None:
        """Send one of a fixed list.

        Raises:
            HTTPError: 404 for any other.
        """
        if name not in STATIC:
            raise HTTPError(404)
        package, place, kind = STATIC[name]
        self.set_header("Content-Type", kind)
        self.finish(files(package).joinpath(place).read_bytes())


class Stop(Step):
    """The end."""

    def post(self) -> None:
        """Say goodbye and end the app."""
        self.show(pages.stopped_page())
        asyncio.get_running_loop().call_later(0.3, self.application.settings["stop"])


class Nothing(Step):
    """Any other address."""

    def get(self) -> None:
        """Refuse.

        Raises:
            HTTPError: 404.
        """
        raise HTTPError(404)


def make_application(
    guard: Guard, desk: Desk, worker: ThreadPoolExecutor, stop: Callable[[], None]
) -> Application:
    """Give the application; `stop` ends it."""
    shared = {"guard": guard, "desk": desk, "worker": worker}
    return Application(
        [
            ("/", Start, shared),
            ("/columns", Columns, shared),
            ("/check", Check, shared),
            ("/report", Report, shared),
            ("/stop", Stop, shared),
            (r"/take/([a-z.]+)", Download, shared),
            (r"/static/([a-z.-]+)", Static, shared),
        ],
        default_handler_class=Nothing,
        default_handler_args=shared,
        log_function=lambda _: None,
        stop=stop,
    )
