"""Programs from npm at fixed versions, below the build directory. Where npm is not there, or cannot fetch, tests say so and are skipped."""
import contextlib
import fcntl
import os
import pathlib
import platform
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LIGHTFAST_BUILD", ROOT / "build/release")).resolve()
ARCHITECTURE = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine())
PATIENCE = 1200  # seconds
MISSED = {}  # why a package could not be had: it is not tried again for each test


def install(package, version, file):
    """Installs an npm package once and returns a file of it, a glob below node_modules; or skips the test."""
    if shutil.which("npm") is None:
        raise unittest.SkipTest(f"npm is not installed, so {package} cannot be tried")
    if package in MISSED:
        raise unittest.SkipTest(MISSED[package])
    place = BUILD / "clients" / f"{package.rpartition('/')[2]}-{version}"
    with alone(place):
        if not list(place.glob(f"node_modules/{file}")):
            npm = subprocess.run(
                ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1",
                 "--prefix", str(place), f"{package}@{version}"],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PATIENCE)
            if npm.returncode != 0:
                MISSED[package] = f"npm could not fetch {package}@{version}: {npm.stderr.strip()[-200:]}"
                raise unittest.SkipTest(MISSED[package])
    return next(place.glob(f"node_modules/{file}"))


@contextlib.contextmanager
def alone(place):
    """Makes the directory and keeps it from other tests, which run at the same time and want the same package."""
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install_node():
    """A Node.js that is new enough for all of them."""
    if ARCHITECTURE is None:
        raise unittest.SkipTest(f"npm has no Node.js for {platform.machine()}")
    package = f"node-linux-{ARCHITECTURE}"
    return install(package, "24.21.0", f"{package}/bin/node")
