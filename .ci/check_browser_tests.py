"""Fails when a JUnit file shows no browser test, or one that was skipped.

Usage: check_browser_tests.py RESULTS.xml
"""

import sys
import xml.etree.ElementTree as ET


def check(path: str) -> str | None:
    """What is wrong with the browser tests in the file, or None."""
    cases = [case for case in ET.parse(path).iter("testcase") if _in_browser(case)]
    if not cases:
        return "no browser test ran: tests/browser is missing or was not collected"
    skipped = [case.get("name") for case in cases if case.find("skipped") is not None]
    if skipped:
        return f"{len(skipped)} of {len(cases)} browser tests were skipped: {', '.join(skipped)}"
    return None


def _in_browser(case: ET.Element) -> bool:
    # pytest writes the module's dotted path as the class name: tests.browser.test_label_explorer
    name = case.get("classname") or case.get("name") or ""
    return "browser" in name.split(".")


if __name__ == "__main__":
    if problem := check(sys.argv[1]):
        sys.exit(f"CI: {problem}.")
