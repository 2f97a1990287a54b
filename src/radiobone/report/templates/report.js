"use strict";
(function () {
  function cellValue(row, column) {
    var text = row.cells[column].textContent.trim();
    var number = parseFloat(text.replace("−", "-").replace(/[\u202f%]/g, ""));
    return { text: text.toLowerCase(), number: /^[-−\d.]/.test(text) && !isNaN(number) ? number : null };
  }
  function compare(a, b) {
    if (a.number !== null && b.number !== null) { return a.number - b.number; }
    if (a.number !== null) { return -1; }
    if (b.number !== null) { return 1; }
    return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
  }
  function makeSortable(table) {
    var headers = table.tHead.rows[0].cells;
    Array.prototype.forEach.call(headers, function (header, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent;
      header.textContent = "";
      header.appendChild(button);
      button.addEventListener("click", function () {
        var down = header.getAttribute("aria-sort") === "ascending";
        Array.prototype.forEach.call(headers, function (other) { other.removeAttribute("aria-sort"); });
        header.setAttribute("aria-sort", down ? "descending" : "ascending");
        var body = table.tBodies[0];
        Array.prototype.slice.call(body.rows)
          .map(function (row) { return { row: row, value: cellValue(row, column) }; })
          .sort(function (a, b) { return down ? compare(b.value, a.value) : compare(a.value, b.value); })
          .forEach(function (entry) { body.appendChild(entry.row); });
      });
    });
  }
  function makeFilter(target) {
    var isTable = target.tagName === "TABLE";
    var items = Array.prototype.slice.call(isTable ? target.tBodies[0].rows : target.children);
    if (items.length < 8) { return; }
    var label = document.createElement("label");
    var input = document.createElement("input");
    var count = document.createElement("span");
    label.className = "filter";
    input.type = "search";
    count.setAttribute("aria-live", "polite");
    label.append("Show only rows with ", input, count);
    if (!isTable) { label.firstChild.textContent = "Show only pictures with "; }
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLowerCase();
      var shown = items.filter(function (item) {
        item.hidden = wanted !== "" && item.textContent.toLowerCase().indexOf(wanted) < 0;
        return !item.hidden;
      }).length;
      count.textContent = wanted === "" ? "" : shown + " of " + items.length;
    });
    var anchor = isTable ? target.closest(".scroll") || target : target;
    anchor.parentNode.insertBefore(label, anchor);
  }
  function makeEnlargeable(picture) {
    function toggle() { picture.closest("li").classList.toggle("large"); }
    picture.tabIndex = 0;
    picture.addEventListener("click", toggle);
    picture.addEventListener("keydown", function (event) { if (event.key === "Enter") { toggle(); } });
  }
  function makeChoosable(table) {
    var rows = Array.prototype.slice.call(table.tBodies[0].rows);
    var label = document.createElement("label");
    var select = document.createElement("select");
    var choices = rows.map(function (row) { return row.getAttribute("data-choice"); });
    label.className = "filter";
    label.append("Show ", select);
    ["all"].concat(choices.filter(function (one, at) { return choices.indexOf(one) === at; }).sort())
      .forEach(function (one) { select.add(new Option(one, one)); });
    select.addEventListener("change", function () {
      rows.forEach(function (row, at) { row.hidden = select.value !== "all" && choices[at] !== select.value; });
    });
    table.parentNode.parentNode.insertBefore(label, table.parentNode);
  }
  function makeCopyable(part) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "act";
    button.textContent = "Copy";
    button.addEventListener("click", function () {
      var range = document.createRange();
      range.selectNodeContents(part);
      window.getSelection().removeAllRanges();
      window.getSelection().addRange(range);
      button.textContent = document.execCommand("copy") ? "Copied" : "Selected: copy it with the keyboard";
    });
    part.parentNode.insertBefore(button, part);
  }
  document.querySelectorAll(".choosable").forEach(makeChoosable);
  document.querySelectorAll(".copyable").forEach(makeCopyable);
  document.querySelectorAll(".sheet img").forEach(makeEnlargeable);
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll(".filterable").forEach(makeFilter);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (part) { part.open = true; });
  });
})();
