// Makes the npm packages of a release: one for each machine with the program in it, and "skout", which asks for
// all of them as optional dependencies, so that npm installs the one that fits.
//
//   node pack.mjs OUT-FOLDER MACHINE=PROGRAM...     e.g. linux-x64=target/release/skout
//
// In: programs. Out: tarballs. Nothing is published here.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const cargo = readFileSync(join(root, "Cargo.toml"), "utf8");
const field = (name) => cargo.match(new RegExp(`^${name} = "([^"]+)"`, "m"))[1];
const version = field("version");
const machines = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"];

const [out, ...given] = process.argv.slice(2);
if (!out || given.length === 0) {
  console.error("usage: node pack.mjs OUT-FOLDER MACHINE=PROGRAM...");
  process.exit(2);
}
mkdirSync(out, { recursive: true });

const common = { version, license: field("license"), repository: { type: "git", url: `git+${field("repository")}.git` } };

function pack(name, manifest, files) {
  const folder = mkdtempSync(join(tmpdir(), "skout-npm-"));
  for (const [from, to] of files) {
    copyFileSync(from, join(folder, to));
    if (to === "skout" || to === "skout.js") chmodSync(join(folder, to), 0o755);
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, ...common, ...manifest }, null, 2) + "\n");
  const said = execFileSync("npm", ["pack", "--silent", "--pack-destination", resolve(out)], { cwd: folder });
  console.log(said.toString().trim());
}

const licences = ["LICENSE-MIT", "LICENSE-APACHE"].map((file) => [join(root, file), file]);
for (const pair of given) {
  const [machine, program] = pair.split("=");
  if (!machines.includes(machine) || !program) throw new Error(`${pair}: use one of ${machines.join(", ")}`);
  const [os, cpu] = machine.split("-");
  const file = os === "win32" ? "skout.exe" : "skout";
  const description = `The program skout for ${os} ${cpu}`;
  pack(`@skout/${machine}`, { description, os: [os], cpu: [cpu], files: [file] }, [[program, file], ...licences]);
}
pack(
  "skout",
  {
    description: field("description"),
    bin: { skout: "skout.js" },
    files: ["skout.js"],
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(machines.map((machine) => [`@skout/${machine}`, version])),
  },
  [[join(here, "skout.js"), "skout.js"], [join(root, "README.md"), "README.md"], ...licences],
);
