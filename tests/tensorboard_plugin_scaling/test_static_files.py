import hashlib
import re
from importlib import resources
from pathlib import Path

import pytest

from tensorboard_plugin_scaling.static_files import static_files

FRONTEND = Path(__file__).parents[2] / "tensorboard_plugin" / "frontend"

# From TensorBoard's own example plugin, and some more.
PATHS_OUT = [
    "../plugin.py",
    "..%2fplugin.py",
    "%2e%2e/plugin.py",
    "%2e%2e%2fplugin.py",
    "%2E%2E%2Fplugin.py",
    "%252e%252e%252fplugin.py",
    "..%5cplugin.py",
    "%2e%2e%5cplugin.py",
    "..\\plugin.py",
    "../../../../../../etc/passwd",
    "....//plugin.py",
    "./../plugin.py",
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "C:/windows/win.ini",
    "index.js/../../plugin.py",
    "index.js%00.txt",
    "sub/index.js",
    "~/.bashrc",
    "",
    ".",
    "..",
]


def test_the_module_that_the_tab_names_is_served(client, plugin):
    path = plugin.frontend_metadata().es_module_path
    response = client.get(f"/data/plugin/scaling{path}")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert b"render" in response.data


def test_the_licences_of_what_is_in_the_bundle_are_served(client):
    response = client.get("/data/plugin/scaling/static/third_party_licenses.txt")
    assert response.status_code == 200
    text = response.get_data(as_text=True)
    assert "d3-delaunay" in text
    assert "ISC" in text


def test_a_file_that_the_browser_has_is_not_sent_again(client):
    path = "/data/plugin/scaling/static/index.js"
    first = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", PATHS_OUT)
def test_no_path_leads_out_of_the_directory(client, path):
    response = client.get(f"/data/plugin/scaling/static/{path}")
    assert response.status_code in (404, 301, 308), response.data[:200]
    assert b"import" not in response.data
    assert b"root:" not in response.data


def test_static_files_are_only_read(client):
    assert client.post("/data/plugin/scaling/static/index.js").status_code == 405


def test_only_files_of_known_types_are_served():
    assert {"index.js", "third_party_licenses.txt"} <= set(static_files())
    assert {Path(name).suffix for name in static_files()} <= {".css", ".js", ".txt"}


def test_the_bundle_loads_nothing_from_elsewhere():
    bundle = static_files()["index.js"].decode()
    addresses = set(re.findall(r"https?://[^\s\"'`)]+", bundle))
    # Names of XML vocabularies look like addresses, but nothing is ever fetched from them.
    assert addresses <= {"http://www.w3.org/2000/svg"}, addresses
    assert "eval(" not in bundle
    assert "innerHTML" not in bundle


def test_the_bundle_is_built_from_the_sources_beside_it():
    if not FRONTEND.is_dir():
        pytest.skip("needs the sources of the front end, which a wheel does not have")
    files = sorted(
        [
            *(p for p in (FRONTEND / "src").rglob("*") if p.suffix in (".ts", ".css")),
            FRONTEND / "build.mjs",
            FRONTEND / "package-lock.json",
        ],
        key=lambda path: path.relative_to(FRONTEND).as_posix(),
    )
    state = hashlib.sha256()
    for path in files:
        state.update(path.relative_to(FRONTEND).as_posix().encode() + b"\0")
        state.update(path.read_bytes() + b"\0")
    stated = re.search(r"source-hash: ([0-9a-f]{64})", static_files()["index.js"].decode())
    assert stated, "the bundle states no hash of its sources"
    assert stated[1] == state.hexdigest(), "run `npm run build` in tensorboard_plugin/frontend"


def test_the_package_finds_its_files_wherever_it_is_installed():
    assert (resources.files("tensorboard_plugin_scaling") / "static" / "index.js").is_file()


def test_the_lock_file_names_no_registry():
    lock = FRONTEND / "package-lock.json"
    if not lock.is_file():
        pytest.skip("needs the sources of the front end, which a wheel does not have")
    text = lock.read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert "registry" not in text
