// Small repairs that the theme's pages need in the browser.

// A page opened as a file may not fetch its neighbours, so the search lists titles without excerpts there.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}

// An excerpt of a search result shows prose and outputs: neither code nor the list of contents for printing.
if (typeof Search !== "undefined") {
  const wholeText = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll("#jb-print-docs-body, .cell_input, .prev-next-footer").forEach((part) => part.remove());
    page.querySelectorAll("span.math").forEach((formula) => { formula.textContent = formula.textContent.replace(/\\[()]/g, ""); });
    return wholeText(page.documentElement.outerHTML, anchor);
  };
}

document.addEventListener("DOMContentLoaded", () => {
  // A figure that scrolls in its own box can be scrolled with the keyboard.
  document.querySelectorAll(".wide-figure").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });

  // A long message wraps on a phone too; aligned columns of numbers keep their lines and scroll.
  document.querySelectorAll(".cell_output pre").forEach((output) => {
    const long = output.textContent.split("\n").some((line) => line.length > 100);
    output.classList.toggle("long-lines", long);
  });

  // "Download source" saves the file; without this a browser shows a notebook as raw JSON.
  document.querySelectorAll("a.btn-download-source-button").forEach((link) => {
    link.setAttribute("download", "");
    link.removeAttribute("target");
  });
});
