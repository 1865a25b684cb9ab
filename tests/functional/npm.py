"""Programs from npm at fixed versions, below the build directory. Where npm is not there, or cannot fetch, tests say so and are skipped."""
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


def install(package, version, file):
    """Installs an npm package once and returns a file of it, a glob below node_modules; or skips the test."""
    if shutil.which("npm") is None:
        raise unittest.SkipTest(f"npm is not installed, so {package} cannot be tried")
    place = BUILD / "clients" / f"{package.rpartition('/')[2]}-{version}"
    if not list(place.glob(f"node_modules/{file}")):
        place.mkdir(parents=True, exist_ok=True)
        npm = subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1",
             "--prefix", str(place), f"{package}@{version}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PATIENCE)
        if npm.returncode != 0:
            raise unittest.SkipTest(f"npm could not fetch {package}@{version}: {npm.stderr.strip()[-200:]}")
    return next(place.glob(f"node_modules/{file}"))


def install_node():
    """A Node.js that is new enough for all of them."""
    if ARCHITECTURE is None:
        raise unittest.SkipTest(f"npm has no Node.js for {platform.machine()}")
    package = f"node-linux-{ARCHITECTURE}"
    return install(package, "24.21.0", f"{package}/bin/node")
