(function () {
  "use strict";
  var notice = document.getElementById("notice");

  function tell(text) { notice.textContent = text; }

  // An error that brings no words of its own gets the page's.
  function tellError(event) {
    var answer = event.detail.xhr.responseText || "";
    if (answer.indexOf('id="problem"') < 0) { tell(notice.dataset.failed); }
  }

  // Fields left empty make no part of an address that people keep.
  function dropEmpty(event) {
    var given = event.detail.parameters;
    Object.keys(given).forEach(function (name) { if (given[name] === "") { delete given[name]; } });
  }

  document.body.addEventListener("htmx:beforeRequest", function () { tell(""); });
  document.body.addEventListener("htmx:configRequest", dropEmpty);
  document.body.addEventListener("htmx:responseError", tellError);
  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.body.addEventListener(name, function () { tell(notice.dataset.offline); });
  });
})();
