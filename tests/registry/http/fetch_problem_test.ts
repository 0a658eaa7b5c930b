import assert from "node:assert/strict";
import { fetchProblem } from "../../../src/registry/http/fetch_problem.ts";
import type { ConnectionProblem } from "../../../src/registry/http/transport.ts";

/** What systems say of a name, and whether asking again can help. */
const NAMES: readonly (readonly [system: string, said: string, ConnectionProblem])[] = [
  ["glibc", "failed to lookup address information: Name or service not known", "unknown-host"],
  ["glibc", "failed to lookup address information: No address associated with hostname", "unknown-host"],
  ["macOS", "failed to lookup address information: nodename nor servname provided, or not known", "unknown-host"],
  ["musl", "failed to lookup address information: Name does not resolve", "unknown-host"],
  ["Windows", "No such host is known. (os error 11001)", "unknown-host"],
  ["Windows", "Der angegebene Host ist unbekannt. (os error 11001)", "unknown-host"],
  ["glibc", "failed to lookup address information: Temporary failure in name resolution", "dns"],
  ["glibc", "failed to lookup address information: Non-recoverable failure in name resolution", "dns"],
  ["musl", "failed to lookup address information: Try again", "dns"],
  ["Windows", "This is usually a temporary error during hostname resolution (os error 11002)", "dns"],
];

for (const [system, said, expected] of NAMES) {
  Deno.test(`fetchProblem() takes "${said}" of ${system} for "${expected}"`, () => {
    const reason = `error sending request for url (https://ghcr.io/v2/): client error (Connect): dns error: ${said}`;
    assert.equal(fetchProblem(reason).problem, expected);
  });
}

Deno.test("fetchProblem() leaves what it does not know as it is", () => {
  assert.deepEqual(fetchProblem("a riddle"), { problem: "other", text: "a riddle" });
  const long =
    "error sending request from 127.0.0.1:1 for http://h/ (127.0.0.1:2): client error (SendRequest): a riddle";
  assert.deepEqual(fetchProblem(long), { problem: "other", text: "a riddle" });
});
