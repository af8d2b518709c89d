(function () {
  "use strict";
  var options = { displayModeBar: false, responsive: true };
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function colour(name) {
    return getComputedStyle(document.body).getPropertyValue(name).trim();
  }

  // Figures are made for white paper; on a dark page words and lines take the page's colours.
  function adapted(layout) {
    if (!dark.matches) { return layout; }
    var changed = JSON.parse(JSON.stringify(layout));
    changed.font = Object.assign({}, changed.font, { color: colour("--ink") });
    changed.hoverlabel = { bgcolor: colour("--paper"), bordercolor: colour("--line"), font: { color: colour("--ink") } };
    Object.keys(changed).filter(function (key) { return /^[xy]axis/.test(key); }).forEach(function (key) {
      var title = changed[key].title;
      Object.assign(changed[key], { gridcolor: colour("--line"), linecolor: colour("--line") });
      if (title && title.font) { title.font.color = colour("--quiet"); }
    });
    (changed.annotations || []).forEach(function (one) {
      if (one.bgcolor) { one.bgcolor = colour("--paper"); }
    });
    return changed;
  }

  function traces(data) {
    if (!dark.matches) { return data; }
    return data.map(function (trace) {
      return trace.type === "bar" && trace.textfont ? Object.assign({}, trace, { textfont: { color: colour("--ink") } }) : trace;
    });
  }

  function draw(root) {
    if (!window.Plotly) { return; }
    root.querySelectorAll(".chart").forEach(function (chart) {
      var stored = document.getElementById(chart.id + "-data");
      if (!stored) { return; }
      var figure = JSON.parse(stored.textContent);
      Plotly.react(chart, traces(figure.data), adapted(figure.layout), options);
    });
  }

  function tell(text) {
    document.getElementById("notice").textContent = text;
  }

  // An error that brings no words of its own gets the page's.
  function tellError(event) {
    var answer = event.detail.xhr.responseText || "";
    if (answer.indexOf('id="problem"') < 0) { tell(document.getElementById("notice").dataset.failed); }
  }

  // Fields left empty make no part of an address that people keep.
  function dropEmpty(event) {
    var given = event.detail.parameters;
    Object.keys(given).forEach(function (name) { if (given[name] === "") { delete given[name]; } });
  }

  draw(document);
  dark.addEventListener("change", function () { draw(document); });
  document.body.addEventListener("htmx:afterSettle", function (event) { draw(event.detail.elt.parentNode || document); });
  document.body.addEventListener("htmx:beforeRequest", function () { tell(""); });
  document.body.addEventListener("htmx:configRequest", dropEmpty);
  document.body.addEventListener("htmx:responseError", tellError);
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.body.addEventListener(name, function () {
      tell(document.getElementById("notice").dataset.offline);
    });
  });
})();
