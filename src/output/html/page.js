"use strict";
// Filters, orders and remembers ticks. Without it the page shows everything, in order of urgency.
(() => {
  const list = document.getElementById("findings");
  if (!list) return;
  const findings = Array.from(list.children);
  const search = document.getElementById("search");
  const order = document.getElementById("order");
  const shown = document.getElementById("shown");
  const bars = Array.from(document.querySelectorAll(".bars button"));
  const rank = { critical: 0, high: 1, medium: 2, low: 3 };
  const chosen = {};

  const text = new Map(findings.map((f) => [f, f.textContent.toLowerCase()]));
  const number = (f, name) => Number(f.dataset[name]);
  const undatedLast = (a, b, sign) => {
    const x = number(a, "since"), y = number(b, "since");
    if (!x || !y) return (x ? 0 : 1) - (y ? 0 : 1);
    return sign * (x - y);
  };
  const orders = {
    urgency: (a, b) => number(b, "urgency") - number(a, "urgency"),
    severity: (a, b) => rank[a.dataset.severity] - rank[b.dataset.severity],
    newest: (a, b) => undatedLast(a, b, -1),
    oldest: (a, b) => undatedLast(a, b, 1),
    provider: (a, b) => a.dataset.provider.localeCompare(b.dataset.provider),
    path: (a, b) => a.dataset.path.localeCompare(b.dataset.path),
  };

  const update = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const f of findings) {
      const fits = Object.entries(chosen).every(([key, value]) => f.dataset[key] === value);
      const found = words.every((w) => text.get(f).includes(w));
      f.hidden = !(fits && found);
      if (!f.hidden) count += 1;
    }
    for (const b of bars) b.setAttribute("aria-pressed", String(chosen[b.dataset.key] === b.dataset.value));
    const by = Object.values(chosen).join(", ");
    const done = findings.filter((f) => f.classList.contains("done")).length;
    shown.textContent = `${count} of ${findings.length} shown${by ? ", only: " + by : ""}${done ? `; ${done} done` : ""}`
      + (count ? "" : ". Nothing fits: press Show all.");
  };

  for (const b of bars) {
    b.disabled = false;
    b.addEventListener("click", () => {
      const { key, value } = b.dataset;
      if (chosen[key] === value) delete chosen[key];
      else chosen[key] = value;
      update();
    });
  }
  search.addEventListener("input", update);
  order.addEventListener("change", () => {
    findings.sort(orders[order.value]);
    list.append(...findings);
  });
  document.getElementById("clear").addEventListener("click", () => {
    for (const key of Object.keys(chosen)) delete chosen[key];
    search.value = "";
    update();
  });
  document.getElementById("unfold").addEventListener("click", (event) => {
    const open = event.target.textContent === "Unfold all";
    for (const f of findings) f.firstElementChild.open = open;
    event.target.textContent = open ? "Fold all" : "Unfold all";
  });
  const form = document.querySelector(".controls");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;

  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.classList.contains("finding")) {
      target.hidden = false;
      target.firstElementChild.open = true;
    }
  };
  addEventListener("hashchange", reveal);
  reveal();

  const kept = (id, value) => {
    try {
      if (value === undefined) return localStorage.getItem("skout " + id) === "done";
      if (value) localStorage.setItem("skout " + id, "done");
      else localStorage.removeItem("skout " + id);
    } catch { /* Storage may be off; ticks then last as long as the page. */ }
    return false;
  };
  const pointers = new Map();
  for (const link of document.querySelectorAll(".first a, .lines a")) {
    const href = link.getAttribute("href");
    pointers.set(href, [...(pointers.get(href) || []), link]);
  }
  for (const f of findings) {
    const boxes = Array.from(f.querySelectorAll(".steps input"));
    const links = pointers.get("#" + f.id) || [];
    const mark = () => {
      const done = f.classList.toggle("done", boxes.length > 0 && boxes.every((b) => b.checked));
      for (const link of links) link.classList.toggle("ticked", done);
    };
    for (const box of boxes) {
      box.checked = kept(box.id);
      box.addEventListener("change", () => { kept(box.id, box.checked); mark(); update(); });
    }
    mark();
  }
  update();
})();
