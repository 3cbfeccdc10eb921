"""JupyterLab in a real browser: notebooks 3 and 4 run, controls redraw the picture or say why not.

Left out only where Chromium or its driver is absent, and never where CI is set.
"""

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import JavascriptException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from analysis.records.load import read_records, sample_digest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
ABSENT = not (CHROMIUM and DRIVER) and "CI" not in os.environ
START_SECONDS, RUN_SECONDS, REDRAW_SECONDS = 120, 240, 60

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(ABSENT, reason="Chromium and chromedriver are not installed here"),
]

READY = """
const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
return !!(panel && panel.context && panel.context.isReady && panel.sessionContext
  && panel.sessionContext.session && panel.sessionContext.session.kernel
  && panel.sessionContext.session.kernel.status === 'idle');
"""
COUNTS = """
return window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .filter(cell => cell.cell_type === 'code').map(cell => cell.execution_count);
"""
RUN_ALL = """
const done = arguments[arguments.length - 1];
window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => done('ok'),
  error => done(String(error)));
"""
SCROLL = "arguments[0].scrollIntoView({block: 'center'});"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Run JupyterLab on a copy of the notebooks, with a home of its own."""
    home = tmp_path_factory.mktemp("home")
    root = tmp_path_factory.mktemp("clinic")
    (root / "data").mkdir()
    shutil.copytree(FOLDER, root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(FOLDER.parent / "data" / "sample", root / "data" / "sample")
    places = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    environment = os.environ | {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        **{f"JUPYTER_{place}": str(home / place.lower()) for place in places},
    }
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False}), encoding="utf-8"
    )
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={port}", f"--ServerApp.root_dir={root}"]
    command += ["--IdentityProvider.token=", "--ServerApp.password="]
    command += ["--LabApp.expose_app_in_browser=True", "--ServerApp.disable_check_xsrf=True"]
    log = home / "lab.log"
    with log.open("wb") as told:
        server = subprocess.Popen(command, env=environment, stdout=told, stderr=told)
        try:
            wait_for_server(f"http://127.0.0.1:{port}/api/status", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for_server(address, server, log):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("JupyterLab did not start")


@pytest.fixture
def clinic_sheet(tmp_path):
    """A clinic's own sheet, with headings, visits and labels in its own words."""
    path = tmp_path / "our goals.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("Client", "Aim", "Area", "Therapy", "Time point", "Score"))
        for i in range(12):
            child = f"C-Zq7k{i:02d}"
            for visit, level in (("T1 (baseline)", -2), ("T2", -1), ("T3", i % 3 - 1)):
                area, therapy = ("Dressing", "Play")[i % 2], ("Ind", "Grp")[i % 3 > 0]
                rows.writerow((child, f"{child}-1", area, therapy, visit, level))
    return path


@pytest.fixture
def pictures():
    """A folder for pictures of the screen, where one is named; else None."""
    named = os.environ.get("SCREENSHOTS")
    return Path(named) if named else None


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic")
    flags += ("--no-first-run", "--disable-background-networking", "--disable-component-update")
    flags += ("--disable-sync", "--disable-dev-shm-usage", "--window-size=1280,1000")
    flags += (f"--user-data-dir={tmp_path_factory.mktemp('profile')}",)
    for flag in flags:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(RUN_SECONDS)
    # JupyterLab runs what has the focus, and a window that nobody sees may have none.
    driver.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
    try:
        yield driver
    finally:
        driver.quit()


def wait_until(browser, seconds, question):
    def asked(_driver):
        try:
            return question()
        except (JavascriptException, WebDriverException):
            return False

    return WebDriverWait(browser, seconds, poll_frequency=0.3).until(asked)


def run_in_lab(lab, browser, name):
    """Open a notebook, run every cell, and give its box of controls."""
    browser.get(f"{lab}/lab/tree/notebooks/{name}?reset")
    wait_until(browser, START_SECONDS, lambda: browser.execute_script(READY))
    assert browser.execute_async_script(RUN_ALL) == "ok"
    n_cells = len(browser.execute_script(COUNTS))
    wait_until(
        browser,
        RUN_SECONDS,
        lambda: browser.execute_script(COUNTS) == list(range(1, n_cells + 1)),
    )
    return wait_until(
        browser, RUN_SECONDS, lambda: browser.find_element(By.CSS_SELECTOR, ".widget-vbox")
    )


def shown_in(box):
    return box.find_element(By.CSS_SELECTOR, ".widget-html").get_attribute("innerHTML")


def label_of(box, number):
    return box.find_elements(By.CSS_SELECTOR, ".widget-label")[number].text


@pytest.mark.parametrize(
    ("name", "another"),
    [("3-a-fair-comparison.ipynb", "Skill goals"), ("4-does-it-depend.ipynb", "Motor goals")],
)
def test_a_notebook_runs_and_its_controls_redraw_the_picture(lab, browser, name, another):
    box = run_in_lab(lab, browser, name)
    browser.execute_script(SCROLL, box)
    before = shown_in(box)
    assert "<img" in before
    assert label_of(box, 0) == "Which goals"

    select = box.find_element(By.CSS_SELECTOR, "select")
    Select(select).select_by_visible_text(another)
    wait_until(browser, REDRAW_SECONDS, lambda: shown_in(box) != before)
    after = shown_in(box)
    assert "data:image/png" in after
    assert "alt=" in after

    # by keyboard alone: JupyterLab must not take the arrow key for itself
    wait_until(browser, REDRAW_SECONDS, lambda: select.get_attribute("data-lm-suppress-shortcuts"))
    select.send_keys(Keys.ARROW_UP)
    wait_until(browser, REDRAW_SECONDS, lambda: shown_in(box) != after)

    goals, ages = box.find_elements(By.CSS_SELECTOR, "select")[:2]
    Select(goals).select_by_visible_text("Communication goals")
    Select(ages).select_by_visible_text("Under 6 years")
    wait_until(browser, REDRAW_SECONDS, lambda: "<img" not in shown_in(box))
    refused = ("cannot be compared", "could give away something about a few children")
    assert any(words in shown_in(box) for words in refused)

    pictures = browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea img")
    assert pictures
    errors = browser.find_elements(
        By.CSS_SELECTOR, "[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedError"
    )
    assert [error.text for error in errors] == []
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []


def control(browser, kind, label):
    """Give the control that a label belongs to, as a screen reader finds it."""
    path = (
        f"//{kind}[@id=//label[normalize-space()='{label}']/@for]"
        f" | //div[label[normalize-space()='{label}']]//{kind}"
    )
    return wait_until(browser, REDRAW_SECONDS, lambda: browser.find_elements(By.XPATH, path))[0]


def press(browser, name):
    button = browser.find_element(By.XPATH, f"//button[normalize-space()='{name}']")
    browser.execute_script(SCROLL, button)
    button.send_keys(Keys.ENTER)


def said_in(browser):
    found = browser.find_elements(
        By.CSS_SELECTOR, ".therapy-controls [role=status], .therapy-controls [role=alert]"
    )
    return found[-1].text


def run_again(browser):
    browser.execute_async_script(RUN_ALL)
    wait_until(browser, RUN_SECONDS, lambda: browser.execute_script(READY))


def stored(browser):
    """Give every output as JupyterLab would save it."""
    return browser.execute_script(
        "return JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.sharedModel"
        ".cells.filter(cell => cell.cell_type === 'code').map(cell => cell.toJSON().outputs));"
    )


def outputs_below(browser):
    """Give the outputs of every code cell below the form."""
    return json.dumps(json.loads(stored(browser))[2:])


def test_a_file_is_chosen_assigned_and_confirmed_by_keyboard(lab, browser, clinic_sheet, pictures):
    run_in_lab(lab, browser, "0-start-here.ipynb")
    path = control(browser, "input", "File or folder")
    browser.execute_script(SCROLL, path)
    path.send_keys("C:\\Users\\Anna\\records.xlsx", Keys.TAB)
    press(browser, "Look")
    wait_until(browser, REDRAW_SECONDS, lambda: "no such file" in said_in(browser))

    path.send_keys(Keys.CONTROL, "a")
    path.send_keys(str(clinic_sheet), Keys.TAB)
    press(browser, "Look")
    wait_until(browser, REDRAW_SECONDS, lambda: "can be read as chosen" in said_in(browser))
    score = control(browser, "select", "Score")
    assert Select(score).first_selected_option.text.startswith("attainment")
    severity = next(one.text for one in Select(score).options if one.text.startswith("severity"))
    Select(score).select_by_visible_text(severity)
    wait_until(browser, REDRAW_SECONDS, lambda: "problem" in said_in(browser))
    if pictures:
        browser.execute_script(
            SCROLL, browser.find_element(By.CSS_SELECTOR, ".therapy-controls [role=alert]")
        )
        browser.save_screenshot(str(pictures / "form-5.png"))
    level = next(one.text for one in Select(score).options if one.text.startswith("attainment"))
    Select(score).select_by_visible_text(level)
    wait_until(browser, REDRAW_SECONDS, lambda: "can be read as chosen" in said_in(browser))
    week = control(browser, "select", "week: T2")
    wait_until(browser, REDRAW_SECONDS, lambda: week.get_attribute("data-lm-suppress-shortcuts"))
    week.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    wait_until(browser, REDRAW_SECONDS, lambda: "can be read as chosen" in said_in(browser))
    box = browser.find_element(By.CSS_SELECTOR, ".therapy-controls")
    if pictures:
        for i, part in enumerate(("File or folder", "Client", "week: T2")):
            kind = "input" if not i else "select"
            browser.execute_script(SCROLL, control(browser, kind, part))
            browser.save_screenshot(str(pictures / f"form-{i}.png"))
    assert "C-Zq7k" not in box.get_attribute("innerHTML")
    press(browser, "Confirm and keep")
    wait_until(browser, REDRAW_SECONDS, lambda: "Written" in said_in(browser))
    if pictures:
        browser.execute_script(
            SCROLL, box.find_elements(By.CSS_SELECTOR, "[role=status], [role=alert]")[-1]
        )
        browser.save_screenshot(str(pictures / "form-3.png"))
    kept = clinic_sheet.with_name("our goals.mapping.toml").read_text(encoding="utf-8")
    assert '"T2" = 9' in kept

    run_again(browser)
    own = read_records(clinic_sheet).digest
    wait_until(browser, RUN_SECONDS, lambda: sample_digest() not in outputs_below(browser))
    assert "own records" in outputs_below(browser)
    assert "C-Zq7k" not in stored(browser)
    assert clinic_sheet.name not in stored(browser)

    broken = clinic_sheet.read_text(encoding="utf-8").replace(",-2", ",7")
    clinic_sheet.write_text(broken, encoding="utf-8")
    run_again(browser)
    wait_until(browser, RUN_SECONDS, lambda: "problem" in outputs_below(browser))
    if pictures:
        browser.save_screenshot(str(pictures / "form-4.png"))
    assert own not in outputs_below(browser)
    assert "<table" not in outputs_below(browser)
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert severe == []
