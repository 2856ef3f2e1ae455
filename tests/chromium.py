"""Finds a Chromium or Chrome for the browser tests; run as a script it prints the path.

``python tests/chromium.py --install`` also tries to install one where it may: with apt as root,
else playwright's own build. When there is none it says so in one sentence and prints nothing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
MAC_APPLICATIONS = (
    "Chromium.app/Contents/MacOS/Chromium",
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
PLAYWRIGHT_BUILDS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)


def find_chromium() -> str | None:
    """Path of a Chromium that starts, or None; ``KINETOOLS_CHROMIUM`` is asked first."""
    return next((path for path in _candidates() if _starts(path)), None)


def install_chromium() -> None:
    """Install a Chromium where this machine allows it; failures are left to find_chromium."""
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium with apt-get for the browser tests ...", file=sys.stderr)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update", "-qq"], quiet)
        _run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"], quiet)
        if find_chromium():
            return
    print("Fetching playwright's Chromium for the browser tests ...", file=sys.stderr)
    _run([sys.executable, "-m", "playwright", "install", "chromium"], dict(os.environ))


def _candidates():
    if named := os.environ.get("KINETOOLS_CHROMIUM"):
        yield named
    for command in COMMANDS:
        if path := shutil.which(command):
            yield path
    for folder in (Path("/Applications"), Path.home() / "Applications"):
        yield from (str(folder / name) for name in MAC_APPLICATIONS)
    for folder in (".cache/ms-playwright", "Library/Caches/ms-playwright"):
        for pattern in PLAYWRIGHT_BUILDS:
            yield from map(str, sorted((Path.home() / folder).glob(pattern), reverse=True))


def _starts(path: str) -> bool:
    # Ubuntu's chromium-browser may be a stub that only tells to install a snap.
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=60, text=True)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and any(character.isdigit() for character in answer.stdout)


def _run(command: list[str], environment: dict[str, str]) -> None:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}", file=sys.stderr)
        return
    if done.returncode:
        print("\n".join((done.stderr or done.stdout).splitlines()[-3:]), file=sys.stderr)


def main(arguments: list[str]) -> None:
    """Print the path; with --install, install a Chromium when there is none."""
    path = find_chromium()
    if path is None and "--install" in arguments:
        install_chromium()
        path = find_chromium()
    if path is None:
        print(
            "No Chromium or Chrome was found for the browser tests: install one, or name it in "
            "KINETOOLS_CHROMIUM, or set KINETOOLS_ALLOW_NO_BROWSER=1 to skip these tests.",
            file=sys.stderr,
        )
        return
    print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
