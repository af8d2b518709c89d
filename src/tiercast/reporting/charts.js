(function () {
  "use strict";
  var options = { displayModeBar: false, responsive: true };
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  // Figures are made for white paper; on a dark screen each of the theme's colours has another.
  var counterparts = {
    "#1c2733": "#e6ebf0", "#5b6875": "#a9b5c1", "#dfe5ea": "#36424e", "#ffffff": "#1a222b",
    "#b4c1cd": "#77879a", "#9aa5b1": "#8c99a6", "#1b5fa8": "#6aa9ea", "#b4540a": "#f0a35e",
    "rgba(255,255,255,0.85)": "rgba(26,34,43,0.85)"
  };

  function darkened(part) {
    if (typeof part === "string") { return counterparts[part] || part; }
    if (Array.isArray(part)) { return part.map(darkened); }
    if (part === null || typeof part !== "object") { return part; }
    return Object.fromEntries(Object.entries(part).map(function (pair) { return [pair[0], darkened(pair[1])]; }));
  }

  function charts(root) {
    return window.Plotly ? Array.from(root.querySelectorAll(".chart")) : [];
  }

  // Boxes too narrow for words have none, and few numbers below: the table beside has them all.
  function withoutCrowding(figure, chart) {
    figure.data.forEach(function (trace) {
      if (trace.type !== "heatmap" || chart.clientWidth / trace.x.length > 32) { return; }
      if (trace.x.length > 5) { delete trace.texttemplate; figure.layout.xaxis.nticks = 6; }
    });
    return figure;
  }

  function draw(root, onPaper) {
    charts(root).forEach(function (chart) {
      var figure = JSON.parse(document.getElementById(chart.id + "-data").textContent);
      if (dark.matches && !onPaper) { figure = darkened(figure); }
      if (!onPaper) { figure = withoutCrowding(figure, chart); }
      Plotly.react(chart, figure.data, figure.layout, options);
    });
  }

  // Paper is white, and narrower than the screen. Plots.resize would redraw too late to be printed.
  function fit() {
    charts(document).forEach(function (chart) { Plotly.relayout(chart, { width: chart.clientWidth }); });
  }
  window.addEventListener("beforeprint", function () {
    document.documentElement.classList.add("paper");
    if (dark.matches) { draw(document, true); }
    fit();
  });
  window.addEventListener("afterprint", function () {
    document.documentElement.classList.remove("paper");
    if (dark.matches) { draw(document); }
    fit();
    charts(document).forEach(function (chart) { Plotly.relayout(chart, { width: null, autosize: true }); });
  });
  dark.addEventListener("change", function () { draw(document); });
  document.addEventListener("htmx:afterSettle", function (event) { draw(event.detail.elt); });
  draw(document);

  // The table of contents marks the chapter being read.
  var links = Array.from(document.querySelectorAll(".contents a"));
  var seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (!entry.isIntersecting) { return; }
      links.forEach(function (link) {
        var here = link.getAttribute("href") === "#" + entry.target.id;
        if (here) { link.setAttribute("aria-current", "true"); } else { link.removeAttribute("aria-current"); }
      });
    });
  }, { rootMargin: "-15% 0px -75% 0px" });
  document.querySelectorAll("main > section[id]").forEach(function (section) { seen.observe(section); });
})();
