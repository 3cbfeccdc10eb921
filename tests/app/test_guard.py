"""Who is answered: only the person at this computer, on the app's own pages."""

import pytest

from analysis.app.guard import ADDRESS, Guard

pytestmark = pytest.mark.slow

PATHS = ("/", "/columns", "/check", "/report", "/take/summary.pdf", "/static/app.css", "/other")


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_nothing_is_answered(app, path):
    assert app.ask(path, Cookie=None)[0] == 403
    assert app.ask(f"{path}?token=wrong", Cookie=None)[0] == 403
    assert app.ask(path, Cookie=f"therapy-formats-{app.port}={'x' * 43}")[0] == 403


def test_the_token_in_the_address_becomes_a_cookie_that_scripts_and_other_sites_cannot_use(app):
    status, headers, _ = app.ask(f"/?token={app.token}", Cookie=None)
    assert status == 200
    assert "HttpOnly" in headers["Set-Cookie"]
    assert "SameSite=Strict" in headers["Set-Cookie"]


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_host_name_is_refused_even_with_the_token(app, host):
    assert app.ask("/", Host=host)[0] in (400, 403)


@pytest.mark.parametrize("path", ["/", "/columns", "/check", "/stop"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", None, "http://127.0.0.1:1"])
def test_a_form_sent_from_elsewhere_changes_nothing(app, path, origin):
    assert app.ask(path, "POST", {"form": "guessed", "sample": "1"}, Origin=origin)[0] == 403
    assert app.process.poll() is None


def test_a_form_without_the_page_s_secret_changes_nothing_even_from_the_right_origin(app):
    origin = f"http://127.0.0.1:{app.port}"
    assert app.ask("/stop", "POST", {"form": "guessed"}, Origin=origin)[0] == 403
    assert app.process.poll() is None


def test_a_form_larger_than_any_of_the_app_is_not_read(app):
    try:
        status = app.ask("/", "POST", {"typed": "x" * 1_200_000})[0]
    except OSError:
        status = 400
    assert status == 400


def test_pages_ask_for_nothing_from_outside_and_are_not_kept(app):
    _, headers, content = app.ask("/")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers
    assert b"http" not in content


def test_only_loopback_is_listened_to_and_nothing_is_connected_to(app):
    app.post("/", {"sample": "1"})
    noted = app.sockets.read_text("utf-8").splitlines()
    assert any("socket.bind" in line for line in noted)
    assert [line for line in noted if "127.0.0.1" not in line] == []
    assert [line for line in noted if "connect" in line] == []


def test_the_token_stands_on_the_screen_once_and_in_no_file(app):
    app.ask("/nowhere")
    app.ask("/", Cookie=None)
    assert app.screen.read_text("utf-8").count(app.token) == 1
    others = [path for path in app.home.rglob("*") if path.is_file() and path != app.screen]
    assert [path for path in others if app.token.encode() in path.read_bytes()] == []


def test_the_secrets_of_two_runs_differ_and_are_not_in_what_is_printed():
    first, second = Guard(1), Guard(1)
    assert len({first.token, second.token, first.form, second.form}) == 4
    assert first.token not in repr(first)
    assert ADDRESS == "127.0.0.1"
