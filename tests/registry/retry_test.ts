import assert from "node:assert/strict";
import { RegistryError } from "../../src/registry/http/registry_error.ts";
import { createBackoff, isTemporary, parseRetryAfter, retry } from "../../src/registry/retry.ts";
import { ConnectionError, type ConnectionProblem } from "../../src/registry/http/transport.ts";
import { testClock, testContext } from "./support.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

function failure(status: number, more: { retryAfter?: string; code?: string; text?: string } = {}): RegistryError {
  const { retryAfter, code, text } = more;
  return new RegistryError({
    action: "try",
    method: "GET",
    url: "https://registry.example/v2/",
    status,
    errors: code === undefined ? [] : [{ code, message: text ?? "" }],
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(text === undefined ? {} : { text }),
  });
}

/** Fails so often, then gives how often it was called. */
function failing(times: number, error: unknown): () => Promise<number> {
  let calls = 0;
  return () => ++calls <= times ? Promise.reject(error) : Promise.resolve(calls);
}

Deno.test("err/503-burst, err/499-522: what passes is tried again", async () => {
  for (const status of [408, 429, 499, 500, 502, 503, 504, 520, 522, 524]) {
    const clock = testClock();
    const options = { policy: { retries: 3, budget: Infinity }, clock, random: () => 0 };
    assert.equal(await retry(failing(3, failure(status)), options, testContext()), 4);
    assert.deepEqual(clock.waits, [500, 1000, 2000]);
  }
});

Deno.test("retry() throws at once what does not pass by itself", async () => {
  const clock = testClock();
  const options = { policy: { retries: 3, budget: Infinity }, clock };
  for (const error of [failure(400), failure(401), failure(403), failure(404), failure(501), new TypeError("bug")]) {
    await assert.rejects(retry(failing(1, error), options, testContext()), error);
  }
  assert.deepEqual(clock.waits, []);
});

const PROBLEMS: readonly (readonly [ConnectionProblem, boolean])[] = [
  ["refused", true],
  ["reset", true],
  ["dns", true],
  ["unknown-host", false],
  ["stalled", true],
  ["other", true],
  ["certificate", false],
  ["certificate-expired", false],
  ["certificate-host", false],
  ["client-certificate", false],
  ["tls", false],
  ["not-http", false],
  ["blocked", false],
];

for (const [problem, expected] of PROBLEMS) {
  Deno.test(`err/dns-flap, err/refused-then-up, err/tls-expired: "${problem}" ${expected ? "may pass" : "stays"}`, () => {
    assert.equal(isTemporary(new ConnectionError(problem, "x")), expected);
  });
}

Deno.test("isTemporary() knows codes and GitHub's words", () => {
  assert.ok(isTemporary(failure(403, { text: "You have exceeded a secondary rate limit" })));
  assert.ok(isTemporary(failure(403, { code: "DENIED", text: "exceeded a Secondary Rate Limit" })));
  assert.ok(isTemporary(failure(400, { code: "TOOMANYREQUESTS" })));
  assert.ok(!isTemporary(failure(403, { code: "DENIED" })));
});

Deno.test("err/retry-after-seconds-120: is honoured in full", async () => {
  const clock = testClock();
  const options = { policy: { retries: 5, budget: 300_000 }, clock, random: () => 0 };
  assert.equal(await retry(failing(2, failure(429, { retryAfter: "120" })), options, testContext()), 3);
  assert.deepEqual(clock.waits, [120_000, 120_000]);
});

Deno.test("err/retry-after-seconds-120: chance only adds to it", async () => {
  const clock = testClock();
  const options = { policy: { retries: 5, budget: 300_000 }, clock, random: () => 1 };
  await retry(failing(1, failure(503, { retryAfter: "120" })), options, testContext());
  assert.deepEqual(clock.waits, [120_500]);
});

const RETRY_AFTER: readonly (readonly [string, string | undefined, number | undefined])[] = [
  ["err/retry-after-seconds", "120", 120_000],
  ["err/retry-after-date", "Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
  ["err/retry-after-date in the past", "Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ["err/retry-after-negative", "-1", undefined],
  ["nothing", undefined, undefined],
  ["words", "soon", undefined],
  ["a fraction", "1.5", undefined],
];

for (const [name, header, expected] of RETRY_AFTER) {
  Deno.test(`${name}: parseRetryAfter() gives ${expected} for ${header}`, () => {
    assert.equal(parseRetryAfter(header, NOW), expected);
  });
}

Deno.test("err/429-quota-not-forever: the budget ends it, and the answer's own words are the error", async () => {
  const clock = testClock();
  const options = { policy: { retries: 100, budget: 60_000 }, clock, random: () => 0 };
  const quota = failure(429, { code: "TOOMANYREQUESTS", text: "quota exceeded" });
  await assert.rejects(retry(failing(Infinity, quota), options, testContext()), (error) => {
    assert.ok(error instanceof RegistryError);
    assert.deepEqual([error.attempts, error.cause], [clock.waits.length + 1, quota]);
    return error.message.includes("TOOMANYREQUESTS (429), quota exceeded") && error.message.endsWith(" attempts)");
  });
  assert.ok(clock.waits.reduce((sum, wait) => sum + wait, 0) <= 60_000);

  const longer = failure(429, { retryAfter: "3600" });
  await assert.rejects(retry(failing(1, longer), options, testContext()), longer);
});

Deno.test("retry() says how often it tried to connect", async () => {
  const options = { policy: { retries: 2, budget: Infinity }, clock: testClock() };
  const refused = new ConnectionError("refused", "Cannot reach ghcr.io: connection refused");
  await assert.rejects(retry(failing(Infinity, refused), options, testContext()), {
    name: "ConnectionError",
    message: "Cannot reach ghcr.io: connection refused, after 3 attempts",
    problem: "refused",
  });
});

Deno.test("createBackoff() counts failures anew after progress, and waits at most half a minute by itself", async () => {
  const clock = testClock();
  const backoff = createBackoff({ policy: { retries: 9, budget: Infinity }, clock, random: () => 0 });
  for (let at = 0; at < 8; at++) await backoff.pause(failure(500), testContext());
  backoff.progress();
  await backoff.pause(failure(500), testContext());
  assert.deepEqual(clock.waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 500]);
});

Deno.test("createBackoff() lets chance shorten a wait by up to a half, and never lengthen it", async () => {
  for (const [chance, waits] of [[0, [500, 1000]], [0.5, [375, 750]], [1, [250, 500]]] as const) {
    const clock = testClock();
    const backoff = createBackoff({ policy: { retries: 9, budget: Infinity }, clock, random: () => chance });
    for (const _ of waits) await backoff.pause(failure(500), testContext());
    assert.deepEqual(clock.waits, waits);
  }
});

Deno.test("createBackoff() does not wait for someone who is gone", async () => {
  const aborter = new AbortController();
  aborter.abort(new Error("interrupted"));
  const backoff = createBackoff({ policy: { retries: 9, budget: Infinity }, clock: testClock() });
  await assert.rejects(backoff.pause(failure(500), testContext(aborter.signal)), /interrupted/);
});
