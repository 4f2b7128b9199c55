"""The pages' files agree with the rest: every carrier has a name, every text is used, nothing is inline."""

import re
from pathlib import Path

import pytest

from services.domain.numbers.formats import couriers
from services.ingest.registry import carriers as registry
from services.query.pages.carriers import carriers
from services.query.pages.texts import texts_of

PAGES = Path(__file__).parents[2] / "services" / "query" / "pages"
TEMPLATES = sorted((PAGES / "templates").glob("*.html"))
OURS = ("base.", "track.", "entry.", "notice.", "trouble.")


def test_every_carrier_of_the_registry_and_every_courier_has_a_name_for_people() -> None:
    assert registry().keys() | couriers().keys() <= carriers().keys()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_that_the_content_security_policy_forbids(template: Path) -> None:
    text = template.read_text("utf-8")

    assert re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text) is None
    assert re.findall(r"<script[^>]*>", text) in ([], ["""<script src="{{ asset('shiplog.js') }}" defer>"""])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_text_that_a_template_names_exists(template: Path) -> None:
    named = re.findall(r"""\bt\(["']([a-z_0-9]+\.[a-z_0-9.]+)["'][,)]""", template.read_text("utf-8"))

    assert set(named) <= texts_of("en").entries.keys()


def test_no_text_of_the_tracking_page_is_left_over() -> None:
    used = "\n".join(path.read_text("utf-8") for path in [*TEMPLATES, *PAGES.rglob("*.py")])

    for key in texts_of("en").entries:
        if key.startswith(OURS):
            begin = re.sub(r"_(\d+|[a-z]+)$", "_", key)
            spoken = f'"{key}"' in used or f"'{key}'" in used or f'"{begin}" ~' in used
            families = ("track.kind_", "track.kept_", "track.gone_", "trouble.")
            assert spoken or key.startswith(families), key
