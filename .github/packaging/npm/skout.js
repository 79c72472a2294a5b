#!/usr/bin/env node
// Runs the program that npm installed for this machine, and ends as it ends. Downloads nothing.
"use strict";

const { spawnSync } = require("node:child_process");

const PACKAGES = {
  "linux x64": "@skout/linux-x64",
  "linux arm64": "@skout/linux-arm64",
  "darwin x64": "@skout/darwin-x64",
  "darwin arm64": "@skout/darwin-arm64",
  "win32 x64": "@skout/win32-x64",
};

function program() {
  const machine = `${process.platform} ${process.arch}`;
  const name = PACKAGES[machine];
  if (!name) {
    throw new Error(`there is no prebuilt skout for ${machine}; build it with: cargo install skout`);
  }
  const file = process.platform === "win32" ? "skout.exe" : "skout";
  try {
    return require.resolve(`${name}/${file}`);
  } catch {
    throw new Error(`${name} is not installed; install again without --omit=optional (or --no-optional)`);
  }
}

try {
  const done = spawnSync(program(), process.argv.slice(2), { stdio: "inherit" });
  if (done.error) throw done.error;
  if (done.signal) process.kill(process.pid, done.signal);
  process.exitCode = done.status ?? 2;
} catch (error) {
  console.error(`skout: ${error.message}`);
  process.exitCode = 2;
}
