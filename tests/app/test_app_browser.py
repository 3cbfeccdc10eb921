"""The app in a real browser, by keyboard alone: choose, assign, see faults, get the report.

Left out only where Chromium or its driver is absent, and never where CI is set.
"""

import csv
import io
import itertools
import os
import shutil
import time
from pathlib import Path

import axe_core_python
import pytest
from pypdf import PdfReader
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
ABSENT = not (CHROMIUM and DRIVER) and "CI" not in os.environ
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8")
WAIT_SECONDS, MOST_TABS = 120, 120

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(ABSENT, reason="Chromium and chromedriver are not installed here"),
]

VIOLATIONS = """
;axe.run().then(found => JSON.stringify(found.violations.map(one => one.id)))
"""
FOCUSED = """
const e = document.activeElement;
return [e.tagName, (e.textContent || '').trim(), e.id, e.name || '', e.value || ''];
"""
RING = """
const style = getComputedStyle(document.activeElement);
return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    folder = tmp_path_factory.mktemp("taken")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.add_argument("--window-size=1200,900")
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
    )
    driver.set_page_load_timeout(WAIT_SECONDS)
    driver.taken = folder
    yield driver
    driver.quit()


def press(driver, *keys):
    chain = webdriver.ActionChains(driver)
    for key in keys:
        chain = chain.send_keys(key)
    chain.perform()


def tab_to(driver, **wanted):
    """Press Tab until the wanted control has the focus, seen by its ring."""
    for _ in range(MOST_TABS):
        press(driver, Keys.TAB)
        tag, text, found, name, value = driver.execute_script(FOCUSED)
        seen = {"tag": tag, "text": text, "id": found, "name": name, "value": value}
        if all(seen[key] == value for key, value in wanted.items()):
            assert driver.execute_script(RING), "the focus cannot be seen"
            return
    raise AssertionError(f"no control {wanted} within {MOST_TABS} steps of the keyboard")


def wait_for_heading(driver, title):
    def arrived(driver):
        return driver.find_element(By.TAG_NAME, "h1").text == title

    WebDriverWait(driver, WAIT_SECONDS, ignored_exceptions=(Exception,)).until(arrived)


def violations(driver):
    """Give what axe-core finds wrong; through the debugger, because pages run no foreign script."""
    asked = {"expression": AXE + VIOLATIONS, "awaitPromise": True}
    return driver.execute_cdp_cmd("Runtime.evaluate", asked)["result"]["value"]


def is_wider_than_the_window(driver):
    return driver.execute_script(
        "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )


def heading_levels(driver):
    return [int(one.tag_name[1]) for one in driver.find_elements(By.CSS_SELECTOR, "h1, h2, h3")]


def check_page(driver):
    """Hold a page against axe-core, the order of headings, and a narrow window."""
    assert violations(driver) == "[]"
    levels = heading_levels(driver)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert not is_wider_than_the_window(driver)
    driver.set_window_size(500, 900)
    assert violations(driver) == "[]"
    assert not is_wider_than_the_window(driver)
    driver.set_window_size(1200, 900)


def write_sheet(path):
    rows = [["Child", "Goal", "Area", "Therapy", "Baseline", "6 weeks", "12 weeks"]]
    for child in range(1, 13):
        for goal, area in enumerate(["Motor", "Social"]):
            level = 7 if (child, goal) == (3, 1) else (child + goal) % 3 - 1
            rows.append([f"C{child:02d}", f"G{child:02d}{goal}", area, "Group", -2, -1, level])
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_file_is_found_in_its_folder_assigned_and_its_faults_seen_by_keyboard(
    app, browser, tmp_path
):
    folder = app.home / "Goals of 2026"
    folder.mkdir()
    write_sheet(folder / "our goals.csv")
    browser.get(app.address)
    wait_for_heading(browser, "Choose your records")
    assert "token" not in browser.current_url
    check_page(browser)
    tab_to(browser, tag="BUTTON", text="Goals of 2026")
    press(browser, Keys.ENTER)
    WebDriverWait(browser, WAIT_SECONDS).until(lambda d: "our goals.csv" in d.page_source)
    tab_to(browser, tag="BUTTON", text="our goals.csv")
    press(browser, Keys.ENTER)
    wait_for_heading(browser, "What do the columns mean?")
    check_page(browser)
    tab_to(browser, name="col.0.2")
    press(browser, Keys.HOME, "c")
    tab_to(browser, tag="BUTTON", text="This is right: look for faults")
    press(browser, Keys.ENTER)
    WebDriverWait(browser, WAIT_SECONDS).until(lambda d: d.find_elements(By.ID, "faults"))
    faults = browser.find_element(By.ID, "faults")
    assert "our goals.csv" in faults.text
    assert browser.execute_script("return document.activeElement.id") == "faults"
    check_page(browser)


def test_the_sample_is_answered_and_its_report_taken_by_keyboard(app, browser):
    browser.get(app.address)
    wait_for_heading(browser, "Choose your records")
    tab_to(browser, text="Use the invented sample")
    press(browser, Keys.ENTER)
    wait_for_heading(browser, "What do the columns mean?")
    check_page(browser)
    tab_to(browser, text="This is right: look for faults")
    press(browser, Keys.ENTER)
    wait_for_heading(browser, "These records can be read")
    check_page(browser)
    tab_to(browser, tag="BUTTON", text="Make the report")
    press(browser, Keys.ENTER)
    wait_for_heading(browser, "The answer")
    assert "No important difference" in browser.find_element(By.CLASS_NAME, "headline").text
    check_page(browser)
    tab_to(browser, text="Download the report (PDF)")
    press(browser, Keys.ENTER)
    until = time.monotonic() + WAIT_SECONDS
    taken = browser.taken / "summary.pdf"
    while not taken.exists() and time.monotonic() < until:
        time.sleep(0.1)
    text = PdfReader(io.BytesIO(taken.read_bytes())).pages[0].extract_text()
    assert "No important difference" in " ".join(text.split())


def test_the_browser_had_nothing_to_complain_of_and_asked_for_nothing_outside(app, browser):
    browser.get(app.address)
    asked = browser.execute_script(
        "return performance.getEntriesByType('resource').map(one => one.name)"
    )
    assert asked
    assert all(name.startswith(f"http://127.0.0.1:{app.port}/static/") for name in asked)
    assert browser.get_log("browser") == []


def test_the_app_is_closed_by_keyboard(app, browser):
    browser.get(app.address)
    wait_for_heading(browser, "Choose your records")
    tab_to(browser, text="Close the app")
    press(browser, Keys.ENTER)
    wait_for_heading(browser, "The app is closed")
    assert app.process.wait(timeout=30) == 0
