// What the tests ask of a page. visit.py evaluates this once, then calls book.facts() and the others.
window.book = (() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const label = (element) => `<${element.tagName.toLowerCase()} class="${element.className}"> ${element.textContent.trim().slice(0, 60)}`;
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  // Formulae are typeset, icons drawn; nothing moves from here on.
  async function settle() {
    const still = document.createElement("style");
    still.textContent = "* { transition: none !important; animation: none !important; }";
    document.head.append(still);
    if (document.querySelector("script[src*=mathjax]")) await MathJax.startup.promise;
    await frame();
  }

  function facts() {
    const count = (selector) => all(selector).length;
    return {
      language: document.documentElement.lang,
      title: document.title,
      headings: all("article h1").map((h) => h.textContent),
      formulae: count(".math"),
      typeset: all(".math").filter((m) => m.querySelector("mjx-container") && !m.querySelector("mjx-merror")).length,
      mathjax: count("script[src*=mathjax]"),
      callouts: Object.fromEntries(["predict", "trap", "note", "try"].map((kind) => [kind, count(`.callout-${kind}`)])),
      titled: all(".callout").filter((box) => box.getAttribute("role") === "note" && box.getAttribute("aria-label")
        && box.querySelector(".admonition-title")?.offsetHeight > 0).length,
      cards: all(".chapter-card a").map((a) => a.href).filter((href) => href.includes("colab")),
      solutions: count(".tag_solution"),
      foldedSolutions: all(".tag_solution > details:not([open]) > summary").filter((s) => /solution/i.test(s.innerText)).length,
      images: all("img").map((img) => ({ src: img.src.slice(-60), alt: img.getAttribute("alt"),
        figure: Boolean(img.closest("article")), drawn: img.complete && img.naturalWidth > 0 })),
      colab: all(".article-header-buttons a[href*='colab']").map((a) => a.href),
      previous: count(".prev-next-area a.left-prev"),
      next: count(".prev-next-area a.right-next"),
      downloads: all("a.btn-download-source-button").map((a) => a.getAttribute("href")),
      skip: all("#pst-skip-link a").map((a) => a.getAttribute("href")),
    };
  }

  function unfold() { all("article details").forEach((block) => { block.open = true; }); }

  function rgba(text) {
    const parts = text.match(/[\d.]+/g).map(Number);
    return { r: parts[0], g: parts[1], b: parts[2], a: parts[3] ?? 1 };
  }
  function over(top, below) {
    const mix = (key) => top[key] * top.a + below[key] * (1 - top.a);
    return { r: mix("r"), g: mix("g"), b: mix("b"), a: 1 };
  }
  function ground(element) {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour.a > 0) layers.push(colour);
      if (colour.a === 1) break;
    }
    return layers.reduceRight((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  }
  function luminance({ r, g, b }) {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }
  function contrast(element) {
    const below = ground(element);
    const [light, dark] = [luminance(over(rgba(getComputedStyle(element).color), below)), luminance(below)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  // Every element of the article, its card and its callouts that holds text of its own, below WCAG AA's 4.5.
  async function faint(theme) {
    document.documentElement.dataset.theme = theme;
    await frame();
    const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    return all("article *").filter((e) => own(e) && e.offsetParent !== null && !e.closest("mjx-container, svg, .headerlink, .copybtn"))
      .filter((e) => contrast(e) < 4.5).map((e) => `${theme}, ${contrast(e).toFixed(2)}: ${label(e)}`);
  }

  // Elements of the article that make the page itself scroll sideways. One inside a box that scrolls is fine.
  async function tooWide() {
    await frame();
    const scrolls = (e) => ["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX);
    const boxed = (e) => { for (let at = e.parentElement; at && at.tagName !== "ARTICLE"; at = at.parentElement) if (scrolls(at)) return true; return false; };
    const wide = all("article *").filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !boxed(e) && !e.closest("mjx-assistive-mml")).map(label);
    const page = document.documentElement.scrollWidth;
    return page > innerWidth + 1 ? [`the page is ${page} px wide`, ...wide] : wide;
  }

  return { settle, facts, unfold, faint, tooWide };
})();
