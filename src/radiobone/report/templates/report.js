"use strict";
(function () {
  function cellValue(row, column) {
    var text = row.cells[column].textContent.trim();
    var exact = row.cells[column].querySelector("data");
    if (exact) { return { text: text.toLowerCase(), number: parseFloat(exact.value) }; }
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
  function svgPart(name, attributes, text) {
    var part = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes).forEach(function (key) { part.setAttribute(key, attributes[key]); });
    if (text !== undefined) { part.textContent = text; }
    return part;
  }
  function minus(text) { return text.replace("-", "\u2212"); }
  function shortened(name, longest) {
    var half = Math.floor((longest - 1) / 2);
    return name.length <= longest ? name : name.slice(0, half) + "\u2026" + name.slice(-half);
  }
  function waterfall(entry, names, unit) {
    var parts = entry[7].map(function (part) {
      var value = part[1] === null ? "\u2013" : minus(String(Number(part[1].toPrecision(3))));
      return { text: shortened(names[part[0]], 40) + " = " + value, size: part[2] };
    });
    if (entry[6]) { parts.push({ text: entry[6] + (entry[6] > 1 ? " other features" : " other feature"), size: entry[5] }); }
    var here = entry[2], ends = [entry[2], entry[3]];
    parts.forEach(function (part) { part.from = here; here += part.size; ends.push(here); });
    var low = Math.min.apply(null, ends), high = Math.max.apply(null, ends), room = (high - low || 1) * 0.04;
    var left = 4, width = 432, height = parts.length * 46 + 64;
    function x(value) { return left + (value - low + room) / (high - low + 2 * room) * width; }
    var figure = svgPart("svg", { viewBox: "0 0 500 " + height, "class": "figure", role: "img", "font-size": 14.5, fill: "#1F2933" });
    figure.append(svgPart("title", {}, "What moved the prediction of " + entry[0]));
    var bottom = parts.length * 46 + 8;
    figure.append(svgPart("line", { x1: x(entry[2]), x2: x(entry[2]), y1: 4, y2: bottom, stroke: "#52606D", "stroke-dasharray": "4 3" }));
    figure.append(svgPart("line", { x1: x(entry[3]), x2: x(entry[3]), y1: 4, y2: bottom, stroke: "#1F2933" }));
    parts.forEach(function (part, row) {
      var from = x(part.from), to = x(part.from + part.size), y = row * 46 + 26;
      var change = (part.size * unit.factor).toFixed(unit.places), isNone = Number(change) === 0;
      figure.append(svgPart("text", { x: left, y: row * 46 + 19, stroke: "#fff", "stroke-width": 3, "paint-order": "stroke" }, part.text));
      figure.append(svgPart("rect", { x: Math.min(from, to), y: y, width: Math.max(Math.abs(to - from), 1), height: 15, fill: part.size > 0 ? "#D55E00" : "#0072B2" }));
      figure.append(svgPart("text", { x: Math.max(from, to) + 5, y: y + 13, stroke: "#fff", "stroke-width": 3, "paint-order": "stroke" }, isNone ? change.replace("-", "") : (part.size > 0 ? "+" : "") + minus(change)));
    });
    figure.append(svgPart("line", { x1: left, x2: left + width, y1: bottom, y2: bottom, stroke: "#CBD2D9" }));
    [entry[2], entry[3]].forEach(function (value, number) {
      var near = Math.abs(x(entry[2]) - x(entry[3])) < 70, isLeft = x(value) <= x(entry[number ? 2 : 3]);
      figure.append(svgPart("text", { x: x(value), y: bottom + 18, "text-anchor": near ? (isLeft ? "end" : "start") : "middle" }, minus((value * unit.factor).toFixed(unit.places))));
    });
    figure.append(svgPart("text", { x: left + width / 2, y: bottom + 42, "text-anchor": "middle" }, unit.axis));
    return figure;
  }
  function makeChooser(place) {
    var data = JSON.parse(document.getElementById(place.dataset.cases).textContent);
    var search = document.createElement("input"), select = document.createElement("select");
    var label = document.createElement("label"), found = document.createElement("label"), shown = document.createElement("figure");
    function told(value) { return minus((value * data.unit.factor).toFixed(data.unit.places)) + data.unit.suffix; }
    function draw() {
      shown.textContent = "";
      if (select.value === "") { return; }
      var entry = data.cases[Number(select.value)], caption = document.createElement("figcaption");
      caption.textContent = entry[0] + ": in truth " + entry[1] + ". From " + told(entry[2]) + " to " + told(entry[3]) +
        (entry[4] === null ? "." : "; after calibration " + told(entry[4]) + ".");
      shown.append(waterfall(entry, data.features, data.unit), caption);
    }
    function fill() {
      var wanted = search.value.trim().toLowerCase();
      select.textContent = "";
      data.cases.forEach(function (entry, number) {
        if (wanted !== "" && (entry[0] + " " + entry[1]).toLowerCase().indexOf(wanted) < 0) { return; }
        var option = document.createElement("option");
        option.value = String(number);
        option.textContent = entry[0] + " (" + told(entry[3]) + ", in truth " + entry[1] + ")";
        select.append(option);
      });
      draw();
    }
    search.type = "search";
    label.className = found.className = "filter";
    label.append("Find a case ", search);
    found.append("Show ", select);
    select.addEventListener("change", draw);
    search.addEventListener("input", fill);
    place.append(label, found, shown);
    place.hidden = false;
    fill();
  }
  document.querySelectorAll(".chooser").forEach(makeChooser);
  document.querySelectorAll(".sheet img").forEach(makeEnlargeable);
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  document.querySelectorAll(".filterable").forEach(makeFilter);
  function unfold() {
    var wanted = /^#[a-z]+-\d+$/.test(location.hash) && document.querySelector(location.hash);
    var folded = wanted && wanted.closest("details:not([open])");
    if (folded) { folded.open = true; wanted.scrollIntoView(); }
  }
  window.addEventListener("hashchange", unfold);
  unfold();
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not(.screen)").forEach(function (part) { part.open = true; });
  });
})();
