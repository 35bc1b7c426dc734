"""How the demo's words are read: English, and beside it what other languages say."""

from __future__ import annotations

from pathlib import Path

import pytest

from forum.site.seed import content

DEMO = content.ROOT
MIRRORED = [path for language in content.OTHERS for path in sorted((DEMO / language).glob("**/*.*"))]
UNVERIFIED = "unverified: not yet read by a native speaker"


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a demo of a test's own."""
    monkeypatch.setattr(content, "ROOT", tmp_path)
    for language in content.OTHERS:
        (tmp_path / language / "pages").mkdir(parents=True)
    (tmp_path / "pages").mkdir()
    return tmp_path


def test_a_text_is_read_with_what_other_languages_say_of_it(words: Path) -> None:
    (words / "a.toml").write_text('[[room]]\nslug = "tea"\nname = "Tea"\nseats = 3\n[[day]]\nfocus = "One"\n')
    (words / "th/a.toml").write_text('room.tea.name = "ชา"\n[[day]]\nfocus = "หนึ่ง"\n')
    (words / "my/a.toml").write_text('room.tea.name = "လက်ဖက်ရည်"\n')

    told = content.table("a.toml")

    assert told == {
        "room": [{"slug": "tea", "name": {"en": "Tea", "th": "ชา", "my": "လက်ဖက်ရည်"}, "seats": 3}],
        "day": [{"focus": {"en": "One", "th": "หนึ่ง"}}],
    }


def test_a_file_that_no_other_language_has_is_read_as_it_stands(words: Path) -> None:
    (words / "a.toml").write_text('[[room]]\nname = """\nTea\n"""\n')

    assert content.table("a.toml") == {"room": [{"name": "Tea"}]}


def test_a_translation_of_what_does_not_exist_is_refused(words: Path) -> None:
    (words / "a.toml").write_text('[[room]]\nslug = "tea"\nname = "Tea"\n')
    (words / "th/a.toml").write_text('room.coffee.name = "กาแฟ"\n')

    with pytest.raises(KeyError, match="coffee"):
        content.table("a.toml")


def test_rows_that_are_found_by_their_place_must_be_as_many(words: Path) -> None:
    (words / "a.toml").write_text('[[day]]\nfocus = "One"\n[[day]]\nfocus = "Two"\n')
    (words / "my/a.toml").write_text('[[day]]\nfocus = "တစ်"\n')

    with pytest.raises(ValueError, match="shorter"):
        content.table("a.toml")


def test_points_are_listed_in_the_languages_that_have_all_of_them() -> None:
    both = {"en": "Tea", "th": "ชา"}

    listed = content.as_list([{"title": both, "text": both}, {"title": both, "text": {"en": "Cup"}}])

    assert listed == {"en": "- **Tea** Tea\n- **Tea** Cup"}


def test_a_page_may_begin_with_a_comment_which_nobody_reads(words: Path) -> None:
    for folder in ("", "th", "my"):
        (words / folder / "pages/tea.md").write_text("<!-- a note -->\n# Tea\n\nAt $place.\n\n### Cups\n")

    titles, bodies = content.page("tea", {"place": "four"})

    assert set(titles.values()) == {"Tea"}
    assert set(bodies.values()) == {"At four.\n\n## Cups"}


@pytest.mark.parametrize("path", MIRRORED, ids=lambda path: str(path.relative_to(DEMO)))
def test_each_translated_file_mirrors_one_and_says_that_nobody_checked_it(path: Path) -> None:
    first, _, _ = path.read_text(encoding="utf-8").partition("\n")

    assert (DEMO / Path(*path.relative_to(DEMO).parts[1:])).exists()
    assert UNVERIFIED in first


def test_both_languages_have_the_same_files() -> None:
    thai, burmese = (
        {path.relative_to(DEMO / code) for path in MIRRORED if path.is_relative_to(DEMO / code)}
        for code in ("th", "my")
    )

    assert thai == burmese
