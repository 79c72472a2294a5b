// Drives the HTML report in a real Chromium over its debugging protocol: what a person does with it must work, at a desk
// and on a phone, in light and dark, by keyboard alone.
//
//   node html.mjs BROWSER PAGE.html
//
// In: a browser and a report with three secrets. Out: the exit status, and a line for each thing that held.
import assert from "node:assert";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [browser, page] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "skout-html-"));
const child = spawn(
  browser,
  ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
  { stdio: "ignore" },
);

/** Asks until there is an answer. */
async function soon(what, ask) {
  for (let n = 0; n < 200; n += 1) {
    const found = await ask();
    if (found) return found;
    await new Promise((go) => setTimeout(go, 100));
  }
  throw new Error(`${what}: this took too long`);
}

class Tab {
  constructor(socket) {
    this.socket = socket;
    this.waiting = new Map();
    this.said = [];
    this.last = 0;
    socket.onmessage = ({ data }) => {
      const { id, result, error, method, params } = JSON.parse(data);
      if (id) (error ? this.waiting.get(id).no(new Error(error.message)) : this.waiting.get(id).yes(result));
      if (method === "Log.entryAdded") this.said.push(params.entry.text);
      if (method === "Runtime.exceptionThrown") this.said.push(params.exceptionDetails.text);
    };
  }
  send(method, params = {}) {
    this.last += 1;
    this.socket.send(JSON.stringify({ id: this.last, method, params }));
    return new Promise((yes, no) => this.waiting.set(this.last, { yes, no }));
  }
  async ask(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
    return result.value;
  }
  async open(url) {
    await this.send("Page.navigate", { url });
    await soon("the page", () => this.ask("document.readyState === 'complete' && !!document.querySelector('.controls:not([hidden])')"));
  }
  async key(key) {
    for (const type of ["keyDown", "keyUp"]) {
      await this.send("Input.dispatchKeyEvent", { type, key, code: key, windowsVirtualKeyCode: { Tab: 9, Enter: 13, " ": 32 }[key], text: key === "Enter" ? "\r" : key === " " ? " " : undefined });
    }
  }
  async screen(width, dark) {
    await this.send("Emulation.setDeviceMetricsOverride", { width, height: 844, deviceScaleFactor: 1, mobile: width < 500 });
    await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
  }
}

const shown = "Array.from(document.querySelectorAll('#findings article:not([hidden])'))";
const held = (what) => console.log(`ok: ${what}`);

/** The contrast of text with what is behind it (WCAG 2.2, 1.4.3). */
const contrast = `((text, behind) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((n) => n / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [light(text), light(behind)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
})`;

async function look(tab, url) {
  for (const [width, dark] of [[1280, false], [1280, true], [390, false], [390, true]]) {
    await tab.screen(width, dark);
    await tab.open(url);
    const what = `${width} pixels, ${dark ? "dark" : "light"}`;
    const wide = await tab.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert.equal(wide, 0, `${what}: something sticks out`);
    const small = await tab.ask(`${contrast}(getComputedStyle(document.querySelector('.chip')).color, getComputedStyle(document.querySelector('.first')).backgroundColor)`);
    const badge = await tab.ask(`((s) => ${contrast}(s.color, s.backgroundColor))(getComputedStyle(document.querySelector('.badge')))`);
    assert.ok(small >= 4.5 && badge >= 4.5, `${what}: contrast ${small}, ${badge}`);
    held(`${what}: all is in view and can be read`);
  }
}

async function use(tab, url) {
  await tab.screen(1280, false);
  await tab.open(url);
  const bar = ".bars button[data-key=severity]";
  await tab.ask(`document.querySelector("${bar}").click()`);
  assert.equal(await tab.ask(`${shown}.length`), 1);
  assert.match(await tab.ask("document.getElementById('shown').textContent"), /^1 of 3 shown, only: critical/);
  await tab.ask("document.getElementById('clear').click()");
  assert.equal(await tab.ask(`${shown}.length`), 3);
  held("a bar filters, and a button shows all again");

  const search = (text) => tab.ask(`((s) => { s.value = "${text}"; s.dispatchEvent(new Event("input")); })(document.getElementById('search'))`);
  await search("mail token");
  assert.equal(await tab.ask(`${shown}.length`), 1);
  await search("nothing of the kind");
  assert.match(await tab.ask("document.getElementById('shown').textContent"), /^0 of 3 shown.*Show all/);
  await search("");
  await tab.ask(`((s) => { s.value = "path"; s.dispatchEvent(new Event("change")); })(document.getElementById('order'))`);
  const paths = await tab.ask(`${shown}.map((f) => f.dataset.path)`);
  assert.deepEqual(paths, [...paths].sort((a, b) => a.localeCompare(b)));
  held("it searches and sorts");

  const first = await tab.ask("document.querySelector('#findings article').id");
  await tab.ask(`document.querySelectorAll('[id="${first}"] .steps input').forEach((box) => box.click())`);
  await tab.open(url);
  assert.equal(await tab.ask("document.querySelectorAll('.done').length"), 1);
  assert.match(await tab.ask("document.getElementById('shown').textContent"), /1 done/);
  assert.ok(await tab.ask(`document.querySelectorAll('.first a.ticked[href="#${first}"]').length`) >= 1);
  held("ticks are kept, and what is done is struck out at the top");
}

async function walk(tab, url) {
  await tab.screen(1280, false);
  await tab.open(url);
  const stops = [];
  for (let n = 0; n < 60; n += 1) {
    await tab.key("Tab");
    const stop = await tab.ask(`((e) => e === document.body ? "" : e.tagName + " " + (getComputedStyle(e).outlineStyle === "none" ? "unseen" : "seen"))(document.activeElement)`);
    if (!stop) break;
    stops.push(stop);
  }
  assert.ok(stops.length > 12 && stops.every((stop) => stop.endsWith(" seen")), stops.join(", "));
  for (const tag of ["A", "BUTTON", "INPUT", "SELECT", "SUMMARY"]) assert.ok(stops.some((stop) => stop.startsWith(tag)), tag);
  await tab.ask("document.querySelectorAll('.finding summary')[1].focus()");
  await tab.key("Enter");
  assert.equal(await tab.ask("document.querySelectorAll('.finding details')[1].open"), true);
  held(`the keyboard reaches everything (${stops.length} stops), and one sees where it is`);
}

try {
  const port = await soon("the browser", () => existsSync(join(profile, "DevToolsActivePort")) && readFileSync(join(profile, "DevToolsActivePort"), "utf8").split("\n")[0]);
  const tabs = await soon("a tab", async () => (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()).filter((t) => t.type === "page"));
  const socket = new WebSocket(tabs[0].webSocketDebuggerUrl);
  await new Promise((go, stop) => ((socket.onopen = go), (socket.onerror = stop)));
  const tab = new Tab(socket);
  for (const domain of ["Page", "Runtime", "Log"]) await tab.send(`${domain}.enable`);
  const url = pathToFileURL(page).href;
  await look(tab, url);
  await use(tab, url);
  await walk(tab, url);
  assert.deepEqual(tab.said, [], "the browser refused something");
  held("its own security policy refuses nothing");
  socket.close();
} finally {
  child.kill();
  await new Promise((go) => (child.exitCode === null && child.signalCode === null ? child.once("exit", go) : go()));
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
