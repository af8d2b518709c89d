(function () {
  "use strict";
  var options = { displayModeBar: false, responsive: true };
  var charts = Array.from(document.querySelectorAll(".chart"));

  charts.forEach(function (chart) {
    var figure = JSON.parse(document.getElementById(chart.id + "-data").textContent);
    Plotly.newPlot(chart, figure.data, figure.layout, options);
  });

  // Paper is narrower than the screen. Plots.resize would redraw too late to be printed.
  function fit() {
    charts.forEach(function (chart) { Plotly.relayout(chart, { width: chart.clientWidth }); });
  }
  window.addEventListener("beforeprint", function () {
    document.documentElement.classList.add("paper");
    fit();
  });
  window.addEventListener("afterprint", function () {
    document.documentElement.classList.remove("paper");
    fit();
    charts.forEach(function (chart) { Plotly.relayout(chart, { width: null, autosize: true }); });
  });

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
