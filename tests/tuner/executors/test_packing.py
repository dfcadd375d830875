"""What is sent to other processes, and what it finds there."""

import os
import subprocess
import sys

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.executors import packing
from tests.requirements import require_module

require_module("cloudpickle")


def received(packed, use, *, cwd):
    """Return what a process far from the program prints that unpacks `sent` and uses it."""
    program = (
        "import sys\n"
        "from scaling_keras.tuner.executors import packing\n"
        f"sent = packing.unpack(sys.stdin.buffer.read())\n{use}\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], input=packed, capture_output=True, check=True, cwd=cwd
    )
    return run.stdout.decode()


def test_modules_beside_the_program_are_found_before_all_others(tmp_path, monkeypatch):
    folder = tmp_path / "my program"
    folder.mkdir()
    (folder / "besides.py").write_text("def where():\n    return 'beside the program'\n")
    # There is a package of this name in every environment with pytest.
    (folder / "iniconfig.py").write_text("from besides import where\n")
    monkeypatch.syspath_prepend(str(folder))
    for module in ("besides", "iniconfig"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    import iniconfig

    assert received(packing.pack(iniconfig.where), "print(sent())", cwd=tmp_path) == (
        "beside the program\n"
    )
    use = "import iniconfig; print(iniconfig.__file__)"
    there = received(packing.pack(iniconfig.where), use, cwd=tmp_path)
    assert there.strip() == str(folder / "iniconfig.py")
    # The other process may have the folder already, behind others.
    (tmp_path / "iniconfig.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    there = received(packing.pack(iniconfig.where), use, cwd=tmp_path)
    assert there.strip() == str(folder / "iniconfig.py")


@pytest.mark.parametrize("is_module_there", [False, True])
def test_what_cannot_be_imported_is_named(is_module_there, tmp_path, monkeypatch):
    file = tmp_path / "passing.py"
    file.write_text("def work():\n    pass\n")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        patch.delitem(sys.modules, "passing", raising=False)
        import passing

        packed = packing.pack(passing.work)
    sys.modules.pop("passing", None)
    file.write_text("") if is_module_there else file.unlink()
    monkeypatch.setattr(sys, "path", list(sys.path))
    reason = "AttributeError: .*'work'" if is_module_there else "No module named 'passing'"
    with pytest.raises(SweepError, match=rf"must be importable where trials.*{reason}"):
        packing.unpack(packed)
    sys.modules.pop("passing", None)


def test_modules_of_a_folder_behind_the_installed_ones_hide_none(tmp_path, monkeypatch):
    (tmp_path / "iniconfig.py").write_text("")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    use = f"import iniconfig; print(iniconfig.__file__, {str(tmp_path)!r} in sys.path)"
    there = received(packing.pack(len), use, cwd=tmp_path.parent)
    assert "site-packages" in there
    assert there.endswith(" True\n")


def test_the_folders_of_python_and_of_its_packages_are_not_sent():
    ahead, behind = packing._program_folders()
    assert ahead
    installed = ("site-packages", "lib-dynload")
    assert not [folder for folder in [*ahead, *behind] if folder.endswith(installed)]
