// The page is whole without this: it only adds a search, and shows the long table a piece at a time.
(function () {
  "use strict";
  const table = document.getElementById("places-table");
  if (table) {
    const rows = Array.from(table.tBodies[0].rows);
    const field = document.getElementById("places-search");
    const choice = document.getElementById("places-outcome");
    const more = document.getElementById("places-more");
    const said = document.getElementById("places-said");
    const written = new Intl.NumberFormat(document.documentElement.lang);
    const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const PIECE = 100;
    let texts = null;
    let shown = PIECE;
    const draw = function () {
      const words = fold(field.value).split(/\s+/).filter(Boolean);
      if (words.length && !texts) texts = rows.map((row) => fold(row.dataset.search || row.textContent));
      let found = 0;
      rows.forEach(function (row, at) {
        const fits = (!choice.value || row.dataset.outcome === choice.value) &&
          words.every((word) => texts[at].includes(word));
        found += fits ? 1 : 0;
        row.hidden = !fits || found > shown;
      });
      const sentence = found === 0 ? said.dataset.none : found === 1 ? said.dataset.one : said.dataset.many;
      said.textContent = sentence
        .replace("{found}", written.format(found)).replace("{shown}", written.format(Math.min(found, shown)));
      more.hidden = found <= shown;
    };
    let timer = 0;
    const again = function () { shown = PIECE; draw(); };
    field.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(again, 120); });
    choice.addEventListener("change", again);
    more.addEventListener("click", function () {
      const next = shown;
      shown += PIECE;
      draw();
      const first = rows.filter((row) => !row.hidden)[next];
      if (first) { first.tabIndex = -1; first.focus(); }
    });
    document.getElementById("places-tools").hidden = false;
    draw();
  }
  let opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    opened.forEach((one) => { one.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach((one) => { one.open = false; }); });
})();
