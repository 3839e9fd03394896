"""The page as a person meets it: searching, without scripts, by keyboard, on a telephone, in the dark, on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

VISIBLE_ROWS = "[...document.querySelectorAll('#places-table tbody tr')].filter(r => r.checkVisibility()).length"

_LIGHT = """
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const linear = (v) => v / 255 <= .04045 ? v / 255 / 12.92 : ((v / 255 + .055) / 1.055) ** 2.4;
  const light = (c) => .2126 * linear(c[0]) + .7152 * linear(c[1]) + .0722 * linear(c[2]);
  const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
"""

# Text against what lies behind it, as WCAG 2.2 counts contrast (1.4.3).
CONTRAST = f"""() => {{
  {_LIGHT}
  const behind = (e) => {{
    for (; e; e = e.parentElement) {{
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }}
    return [255, 255, 255];
  }};
  const bad = new Set();
  document.querySelectorAll('details').forEach((d) => {{ d.open = true; }});
  for (const e of document.querySelectorAll('body *')) {{
    if (!e.checkVisibility() || ![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    if (e.closest('svg')) continue;
    const found = ratio(light(rgb(getComputedStyle(e).color)), light(behind(e)));
    if (found < 4.5) bad.add(`${{e.tagName}}.${{e.className}} ${{found.toFixed(2)}} ${{e.textContent.slice(0, 30)}}`);
  }}
  return [...bad];
}}"""

# What makes a picture's parts visible (1.4.11): 3:1 against the paper.
FILLS = f"""() => {{
  {_LIGHT}
  const paper = light(rgb(getComputedStyle(document.body).backgroundColor));
  const parts = [...document.querySelectorAll('.picture rect[class]')];
  return parts.map((part) => ratio(light(rgb(getComputedStyle(part).fill)), paper));
}}"""

NAMELESS = """[...document.querySelectorAll('a, button, input, select, summary, [role=img], [role=region]')]
  .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.getAttribute('aria-labelledby') || e.labels?.length))
  .map((e) => e.outerHTML)"""


def search(page: Page, text: str) -> int:
    page.fill("#places-search", text)
    page.wait_for_function("() => new Promise((done) => setTimeout(() => done(true), 250))")
    return int(page.evaluate(VISIBLE_ROWS))


def test_a_name_is_found_whatever_its_accents_and_case(page: Page):
    assert search(page, "PROCES-verbal") == 1
    assert page.locator("#places-table tbody tr:visible").inner_text().startswith("Bureau/Procès-verbal AG ?.odt")


def test_an_old_link_is_found(page: Page):
    assert search(page, "https://drive.google.com/file/d/D11/view") == 1


def test_what_is_not_there_is_said_aloud(page: Page):
    assert search(page, "introuvable") == 0
    said = page.locator("#places-said")
    assert said.get_attribute("role") == "status"
    assert said.inner_text() == said.get_attribute("data-none")


def test_the_table_can_be_narrowed_to_one_outcome(page: Page):
    page.select_option("#places-outcome", "failed")
    assert page.evaluate(VISIBLE_ROWS) == 3


def test_a_long_table_is_shown_a_piece_at_a_time(page: Page):
    assert page.evaluate(VISIBLE_ROWS) == 100
    page.click("#places-more")
    assert page.evaluate(VISIBLE_ROWS) == 200
    assert page.evaluate("document.activeElement.tagName") == "TR"
    page.click("#places-more")
    assert page.evaluate(VISIBLE_ROWS) == 287
    assert not page.locator("#places-more").is_visible()


def test_without_scripts_everything_is_there_and_nothing_is_dead(browser: Browser, address: str):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("#places-table tbody tr:visible").count() == 287
    assert page.locator("input:visible, select:visible, button:visible").count() == 0
    page.locator("summary").first.click()
    assert page.locator("details[open] li").first.is_visible()
    context.close()


def test_the_keyboard_reaches_the_report_first_and_the_focus_shows(page: Page):
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement && e.getBoundingClientRect().left >= 0")
    assert skip.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_has_a_name_for_a_screen_reader(page: Page):
    nameless = page.evaluate(NAMELESS)
    assert nameless == []
    assert "287" not in page.title()
    tree = page.locator("body").aria_snapshot()
    for part in ("banner", "main", "navigation", "contentinfo", "heading", "table", "img"):
        assert part in tree


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(page: Page, scheme):
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []
    assert min(page.evaluate(FILLS)) >= 3


@pytest.mark.parametrize("width", [320, 375, 768, 1200])
def test_nothing_is_wider_than_the_screen(page: Page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_table_stays_a_table_on_a_telephone(page: Page):
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.locator("#places-table").evaluate("e => e.computedRole ?? e.getAttribute('role')") == "table"
    assert page.locator("#places-table tbody tr").first.locator("td").first.evaluate(
        "e => getComputedStyle(e, '::before').content"
    ) not in {"none", ""}


def test_on_paper_details_are_open_and_the_long_table_is_left_out(page: Page):
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details").first.locator("li").first.is_visible()
    assert not page.locator("#places-table").is_visible()
    assert page.locator(".only-print").is_visible()
    assert not page.locator("nav").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_the_page_prints(page: Page):
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert 2 <= pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page /") <= 12


def test_letters_may_be_spaced_out_without_losing_any(page: Page):
    """WCAG 1.4.12: text spacing set by the reader."""
    page.set_viewport_size({"width": 375, "height": 800})
    page.evaluate(
        "document.querySelectorAll('p, h1, h2, h3, li').forEach((e) => { e.style.lineHeight = 1.5;"
        " e.style.letterSpacing = '.12em'; e.style.wordSpacing = '.16em'; })"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
