"""What the tests of the app share: a running app with a home of its own, and plain requests."""

import html
import http.client
import os
import re
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

START_SECONDS = 60
WATCHED = """
import sys
seen = open({log!r}, "a", buffering=1)
def note(event, arguments):
    if event in ("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"):
        seen.write(f"{{event}} {{arguments[-5:]}}\\n")
sys.addaudithook(note)
from analysis.app.__main__ import main
sys.exit(main(["--no-browser"]))
"""


class RunningApp:
    """An app in a process of its own; every address and socket it asks for is noted."""

    def __init__(self, home: Path):
        self.home = home
        self.sockets = home / "sockets.txt"
        self.screen = home / "screen.txt"
        environment = os.environ | {
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "TMPDIR": str(home / "tmp"),
        }
        (home / "tmp").mkdir()
        with self.screen.open("wb") as told:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WATCHED.format(log=str(self.sockets))],
                env=environment,
                stdout=told,
                stderr=told,
            )
        self.address = self._wait()
        parts = urllib.parse.urlsplit(self.address)
        self.port = parts.port
        self.token = urllib.parse.parse_qs(parts.query)["token"][0]

    def _wait(self):
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            told = self.screen.read_text("utf-8")
            found = re.search(r"http://\S+\n", told)
            if found:
                return found[0].strip()
            assert self.process.poll() is None, told
            time.sleep(0.05)
        raise AssertionError("the app did not start")

    def ask(self, path, method="GET", form=None, **headers):
        """Give status, headers and text of an answer."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        given = {"Cookie": f"therapy-formats-{self.port}={self.token}"} | headers
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            given |= {"Content-Type": "application/x-www-form-urlencoded"}
        given = {name: value for name, value in given.items() if value is not None}
        line.request(method, path, body, given)
        answer = line.getresponse()
        content = answer.read()
        line.close()
        return answer.status, dict(answer.getheaders()), content

    def page(self, path):
        status, _, content = self.ask(path)
        assert status == 200, status
        return content.decode()

    def post(self, path, form):
        """Send a form as the app's own page would, and give the page it leads to."""
        secret = re.search(r'name=form value="([^"]+)"', self.page("/"))[1]
        status, headers, _ = self.ask(
            path,
            "POST",
            {"form": secret, **form},
            Origin=f"http://127.0.0.1:{self.port}",
        )
        assert status == 303, status
        return headers["Location"], self.page(headers["Location"])

    @staticmethod
    def chosen(page):
        """Give the answers of a form as it stands in a page."""
        answers = {}
        for name, inner in re.findall(
            r"<select id='(?:[^']+)' name='([^']+)'[^>]*>(.*?)</select>", page
        ):
            picked = re.search(r"<option value='([^']*)' selected>", inner)
            first = re.search(r"<option value='([^']*)'", inner)
            answers[name] = html.unescape((picked or first)[1])
        fields = re.findall(r"<input id='[^']+' name='([^']+)'[^>]*?value='([^']*)'>", page)
        return answers | dict(fields)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
