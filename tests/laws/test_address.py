"""The repository's address stands once: every badge and install line agrees with _config.yml, and moves with it."""

import re
import shutil

import pytest

from tools import address
from tools.notebooks import ROOT

PLACES = (
    r"colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/blob",
    r"git\+https://github\.com/([\w.-]+/[\w.-]+?)(?=[\"'\s\\`@]|\.git|$)",
    r"git clone https://github\.com/([\w.-]+/[\w.-]+)",
    r"repository-code: https://github\.com/([\w.-]+/[\w.-]+)",
)


def mentions(path):
    """Owner and name in every badge and install line of a text file."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    return [found for pattern in PLACES for found in re.findall(pattern, text)]


def strays(files, expected):
    return {f"{path.name}: {found}" for path in files for found in mentions(path) if found != expected}


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """The files of the project in another folder, where the tool works from now on."""
    files = []
    for path in address.tracked_files():
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        files.append(target)
    monkeypatch.setattr(address, "CONFIG", tmp_path / "_config.yml")
    monkeypatch.setattr(address, "tracked_files", lambda: files)
    return files


def test_every_badge_and_install_line_names_the_repository():
    expected = address.owner_and_name(address.repository())
    files = [path for path in address.tracked_files() if "tests" not in path.relative_to(ROOT).parts]
    assert not strays(files, expected)
    found = [path.name for path in files if mentions(path)]
    assert "README.md" in found
    assert any(name.endswith(".ipynb") for name in found)


def test_a_badge_that_names_another_repository_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[Colab](https://colab.research.google.com/github/some/other/blob/main/a.ipynb)")
    assert strays([page], "owner/name") == {"page.md: some/other"}


def test_fork_moves_every_mention(copy):
    old = address.owner_and_name(address.repository())
    assert address.move("ada-l/tf_course.2")
    assert address.repository() == "https://github.com/ada-l/tf_course.2"
    left = [path.name for path in copy if address.mention(old).search(path.read_bytes())]
    assert not left
    assert address.move(old), "and back again"


def test_fork_changes_nothing_that_only_looks_like_the_address(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    host, old = "github.com/", "a/b"  # apart, so that fork leaves this file alone
    text = f"da/b is {host}{old}, {host}{old}.git and {host}{old}. Not {host}{old}-c, not {host}{old}.c."
    page.write_text(text)
    (tmp_path / "_config.yml").write_text(f"repository:\n  url: https://{host}{old}\n")
    monkeypatch.setattr(address, "CONFIG", tmp_path / "_config.yml")
    monkeypatch.setattr(address, "tracked_files", lambda: [page, tmp_path / "_config.yml"])
    address.move("x/y")
    assert page.read_text() == text.replace(f"{host}{old}", f"{host}x/y", 3)


def test_an_exported_tree_without_git_moves_too(tmp_path, monkeypatch):
    (tmp_path / "_build").mkdir()
    for name in ("README.md", "_build/page.html"):
        (tmp_path / name).touch()
    monkeypatch.setattr(address, "ROOT", tmp_path)
    assert address.tracked_files() == [tmp_path / "README.md"]


def test_links_of_the_front_door_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md"):
        links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", (ROOT / name).read_text(encoding="utf-8"))
        assert [link for link in links if not (ROOT / link).exists()] == [], name


def test_fork_refuses_what_is_no_repository(copy):
    before = address.repository()
    for wrong in ("", "name-alone", "https://github.com/owner/name", "owner/name/more", "owner/na me"):
        with pytest.raises(ValueError, match="owner/name"):
            address.move(wrong)
    assert address.repository() == before
