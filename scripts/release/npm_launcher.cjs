#!/usr/bin/env node
// Starts gantry, which is a program for Deno: the npm package "deno" brings the runtime for this machine.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { join } = require("node:path");

const program = join(__dirname, "program");
const args = [
  "run",
  "--quiet",
  "--no-prompt",
  "--config",
  join(program, "deno.json"),
  "--permission-set",
  join(program, "main.js"),
  ...process.argv.slice(2),
];

let deno;
try {
  // What the package's own command does first; nothing has to run when it is installed.
  deno = require("deno/install_api.cjs").runInstall();
} catch (error) {
  fail(`there is no Deno for this machine (${error.message})`);
}

if (typeof process.execve === "function" && process.platform !== "win32") {
  // gantry takes the place of this process, so that signals and exit codes are its own.
  process.execve(deno, [deno, ...args], process.env);
}

const child = spawn(deno, args, { stdio: "inherit" });
child.on("error", (error) => fail(error.message));
// A terminal sends Ctrl-C to both; gantry takes a second one for "at once", so it must not be passed on.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
});

// deno-lint-ignore explicit-function-return-type -- this is JavaScript for Node.js, which has no types
function fail(why) {
  process.stderr.write(`error: Cannot start gantry: ${why}\n`);
  process.exit(1);
}
