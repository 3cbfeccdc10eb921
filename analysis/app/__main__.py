"""The entry point `python -m analysis.app`: the whole way in the browser, without a terminal.

In: nothing but a few choices. Out: an app on 127.0.0.1 that ends with "Close" or after two idle
hours.
Decisions: the token reaches the browser by a page of its own in the user's private folder, readable
by its owner only and removed once it was used, because a command line can be read by everyone on
the computer. A page that a killed run left is removed at the next start; its token is dead.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from analysis.arguments import Arguments
from analysis.errors import run_entry_point

IDLE_SECONDS = 2 * 60 * 60
LANDING = "open-the-app.html"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the app; gives 0 when it was closed."""
    parser = Arguments(
        prog="python -m analysis.app",
        description="Choose records, say what their columns mean, see faults and get the report: "
        "in the browser of this computer, and nowhere else.",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address and open no browser"
    )
    asked = parser.parse_args(arguments)

    def work() -> str:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(open_browser=not asked.no_browser))
        return "The app is closed.\n"

    return run_entry_point(work)


async def _serve(*, open_browser: bool) -> None:
    from tornado.httpserver import HTTPServer
    from tornado.netutil import bind_sockets

    from analysis.app.desk import Desk
    from analysis.app.guard import ADDRESS, Guard
    from analysis.app.handlers import MOST_BYTES, make_application

    for name in ("tornado.access", "tornado.application", "tornado.general"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    sockets = bind_sockets(0, ADDRESS)
    guard = Guard(sockets[0].getsockname()[1])
    ended = asyncio.Event()
    last = [time.monotonic()]
    with ThreadPoolExecutor(max_workers=1) as worker:
        application = make_application(guard, Desk(), worker, ended.set)
        application.settings["log_function"] = lambda _: last.__setitem__(0, time.monotonic())
        server = HTTPServer(application, max_body_size=MOST_BYTES, max_header_size=16_384)
        server.add_sockets(sockets)
        address = f"{guard.origin}/?token={guard.token}"
        landing = _write_landing(address) if open_browser else None

        def forget() -> None:
            if landing is not None:
                landing.unlink(missing_ok=True)

        application.settings["arrived"] = forget
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        if landing is None or not webbrowser.open(landing.as_uri()):
            sys.stdout.write(f"Open this address in the browser of this computer:\n{address}\n")
        else:
            sys.stdout.write("The app is open in your browser. Close it there.\n")
        sys.stdout.flush()
        threading.Thread(target=_warm, daemon=True).start()
        try:
            while not ended.is_set() and time.monotonic() - last[0] < IDLE_SECONDS:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), timeout=30)
        finally:
            forget()
            server.stop()
            await server.close_all_connections()


def _write_landing(address: str) -> Path | None:
    """Write the page that hands the token to the browser, in place of what a killed run left."""
    from analysis.disclosure.private import default_folder
    from analysis.writing.files import write_file

    folder = default_folder() / "app"
    content = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Opening</title>'
        f'<meta http-equiv="refresh" content="0;url={html.escape(address)}">'
        f'<p><a href="{html.escape(address)}">Open the app</a></p></html>'
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return write_file(folder / LANDING, content.encode(), private=True)
    except Exception:
        return None


def _warm() -> None:
    """Load what the check and the report need, while the person is choosing."""
    with contextlib.suppress(Exception):
        import analysis.disclosure.release
        import analysis.records.readiness
        import analysis.report.document
        import analysis.study
        import analysis.words.tell  # noqa: F401


if __name__ == "__main__":
    sys.exit(main())
