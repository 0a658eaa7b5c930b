import assert from "node:assert/strict";
import { PluginError } from "../../src/pipeline/plugin_error.ts";
import { SourceError } from "../../src/pipeline/source_error.ts";
import type { MaybePromise, PluginContext, Skip, StageIO } from "../../src/pipeline/plugin.ts";
import type { ReadyPlugin } from "../../src/pipeline/ready_plugin.ts";
import { type FakeHost, fakeHost } from "../support/fake_host.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import {
  fakeArtifact,
  type FakeContext,
  fakeContext,
  fakePlugin,
  type FakeUse,
  fileEntry,
  stageErrorOf,
} from "../pipeline/fakes.ts";

const ORIGIN = "./plugins/mine.ts";
type Run = (
  input: StageIO["filter"]["in"],
  context: PluginContext<"filter">,
) => MaybePromise<StageIO["filter"]["out"] | Skip>;

function foreign(run: Run, use: FakeUse = {}): ReadyPlugin<"filter"> {
  return fakePlugin("filter", "mine", run, { origin: ORIGIN, ...use });
}

/** The error of a plugin that must fail, and what was said. */
async function failureOf(run: Run, use: FakeUse = {}, context = fakeContext()): Promise<PluginError> {
  const error = await stageErrorOf(foreign(run, use).run({ entries: [fileEntry("a")] }, context));
  assert.deepEqual([error.stage, error.plugin], ["filter", "mine"]);
  assert.ok(error.cause instanceof PluginError);
  assert.equal(error.message, error.cause.message);
  assert.deepEqual([error.cause.plugin, error.cause.stage], ["mine", "filter"]);
  return error.cause;
}

const NEVER = (): Promise<never> => new Promise(() => {});

const MUTATIONS: readonly (readonly [what: string, run: Run])[] = [
  ["the input", (input) => (Object.assign(input, { entries: [] }), { drop: [] })],
  ["a list of the input", ({ entries }) => ((entries as unknown[]).push(1), { drop: [] })],
  ["an entry", ({ entries }) => (Object.assign(entries[0] ?? {}, { path: "b" }), { drop: [] })],
  ["an entry, later", async ({ entries }) => {
    await Promise.resolve();
    (entries as unknown[]).length = 0;
    return { drop: [] };
  }],
  ["what it may use", (_input, { plugin }) => (Object.assign(plugin, { id: "other" }), { drop: [] })],
];

for (const [what, run] of MUTATIONS) {
  Deno.test(`a plugin is blamed when it changes ${what}`, async () => {
    const error = await failureOf(run);
    assert.equal(error.code, "PLUGIN_THREW");
    assert.match(error.message, /^Plugin mine \(filter\) wanted to change what it was given: TypeError: Cannot /);
  });
}

Deno.test("a plugin's result is frozen: it cannot change what it has given any more", async () => {
  const drop: StageIO["filter"]["out"]["drop"] = [{ path: "a", reason: "x" }];
  assert.deepEqual(await foreign(() => ({ drop })).run({ entries: [fileEntry("a")] }, fakeContext()), { drop });
  assert.ok(Object.isFrozen(drop) && Object.isFrozen(drop[0]));
});

Deno.test("a plugin that throws is blamed, and its stack is shown when it is verbose", async () => {
  const context = fakeContext();
  const cause = new RangeError("Invalid count value: -1");
  const error = await failureOf(() => Promise.reject(cause), {}, context);
  assert.deepEqual([error.code, error.message], [
    "PLUGIN_THREW",
    "Plugin mine (filter) threw RangeError: Invalid count value: -1",
  ]);
  assert.equal(error.cause, cause);
  assert.equal(context.messages.length, 1);
  assert.match(context.messages[0] ?? "", /^debug: mine: RangeError: Invalid count value: -1\n {4}at /);
});

Deno.test("a plugin that throws at once, or no error, is blamed as well", async () => {
  const throwing = (value: unknown): Run => () => {
    throw value;
  };
  assert.equal((await failureOf(throwing(new Error("x")))).message, "Plugin mine (filter) threw Error: x");
  assert.equal((await failureOf(throwing("out of luck"))).message, "Plugin mine (filter) threw out of luck");
  assert.equal((await failureOf(throwing(undefined))).message, "Plugin mine (filter) threw undefined");
});

Deno.test("a plugin that says itself what is wrong is not at fault", async () => {
  const cause = new Error("below");
  const context = fakeContext();
  const error = await failureOf(
    (_input, own) => own.fail("TOO_LARGE", "large.bin has 12 MiB", { hint: "shrink it", path: "large.bin", cause }),
    {},
    context,
  );
  assert.deepEqual([error.code, error.message, error.hint, error.path, error.cause], [
    "TOO_LARGE",
    "large.bin has 12 MiB",
    "shrink it",
    "large.bin",
    cause,
  ]);
  assert.deepEqual(context.messages, []);
});

Deno.test("a plugin is not blamed for a source that changed while it was read", async () => {
  const cause = new SourceError('Cannot read "a": it has changed');
  const error = await stageErrorOf(foreign(() => Promise.reject(cause)).run({ entries: [] }, fakeContext()));
  assert.deepEqual([error.plugin, error.cause], ["mine", cause]);
});

Deno.test("a plugin that skips gives nothing, and says why", async () => {
  const context = fakeContext();
  const skipping: Run = (_input, own) => own.skip("no kinds are configured");
  assert.equal(await foreign(skipping).run({ entries: [] }, context), undefined);
  assert.deepEqual(context.messages, ["info: Skipped mine: no kinds are configured"]);
  const quiet = fakeContext();
  await fakePlugin("filter", "built-in", skipping).run({ entries: [] }, quiet);
  assert.deepEqual(quiet.messages, ["debug: Skipped built-in: no kinds are configured"]);
});

Deno.test("a plugin's time is limited: it is told, has a little time to stop, and is named", async () => {
  const host = fakeHost();
  const told = Promise.withResolvers<unknown>();
  const failure = failureOf((_input, { signal }) => {
    signal.addEventListener("abort", () => told.resolve(signal.reason));
    return NEVER();
  }, { host, timeout: 30_000 });
  host.pass(29_999);
  host.pass(1);
  const reason = await told.promise;
  host.pass(5000);
  const error = await failure;
  assert.equal(reason, error);
  assert.deepEqual([error.code, error.message], ["PLUGIN_TIMEOUT", "Plugin mine (filter) was not done after 30 s"]);
  assert.equal(host.waiting(), 0);
});

Deno.test("a plugin that stops when its time is up need not be waited for", async () => {
  for (const end of ["resolve", "reject"] as const) {
    const host = fakeHost();
    const failure = failureOf((_input, { signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => end === "resolve" ? resolve({ drop: [] }) : reject(signal.reason));
      }), { host, timeout: 1000 });
    host.pass(1000);
    assert.equal((await failure).code, "PLUGIN_TIMEOUT");
    assert.equal(host.waiting(), 0);
  }
});

Deno.test("a plugin may take ten minutes when nothing else is said", async () => {
  const host = fakeHost();
  const failure = failureOf(NEVER, { host });
  host.pass(10 * 60_000 - 1);
  host.pass(1);
  host.pass(5000);
  assert.equal((await failure).message, "Plugin mine (filter) was not done after 600 s");
});

Deno.test("a plugin that waits for what can never happen is named as soon as nothing else is under way", async () => {
  const host = fakeHost();
  const failure = failureOf(NEVER, { host });
  host.idle();
  const error = await failure;
  assert.deepEqual([error.code, error.message], [
    "PLUGIN_STUCK",
    "Plugin mine (filter) waits for something that can never happen",
  ]);
  assert.equal(host.waiting(), 0);
});

Deno.test("a plugin hears that the run is aborted, and what it throws then is nobody's fault", async () => {
  const abort = new AbortController();
  const reason = new DOMException("Interrupted", "AbortError");
  const running = foreign((_input, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
  ).run({ entries: [] }, fakeContext(abort.signal));
  abort.abort(reason);
  assert.equal((await stageErrorOf(running)).cause, reason);
});

for (const when of ["while it runs", "before it began"]) {
  Deno.test(`a plugin that does not stop is left behind and named when the run is aborted ${when}`, async () => {
    const host = fakeHost();
    const abort = new AbortController();
    if (when === "before it began") abort.abort();
    const failure = failureOf(NEVER, { host }, fakeContext(abort.signal));
    abort.abort();
    host.pass(4999);
    host.pass(1);
    const error = await failure;
    assert.deepEqual([error.code, error.message], [
      "PLUGIN_STUCK",
      "Plugin mine (filter) was told to stop and did not within 5 s",
    ]);
    assert.equal(host.waiting(), 0);
  });
}

Deno.test("a plugin leaves no timer behind when all goes well", async () => {
  const host = fakeHost();
  await foreign(() => ({ drop: [] }), { host }).run({ entries: [] }, fakeContext());
  assert.equal(host.waiting(), 0);
  assert.deepEqual(host.called, ["mine filter"]);
});

Deno.test("a built-in plugin has no limit, and what it throws is passed on", async () => {
  const host = fakeHost();
  const cause = new RangeError("Cannot do it");
  const plugin = fakePlugin("filter", "built-in", () => {
    assert.equal(host.waiting(), 0);
    throw cause;
  }, { host });
  assert.equal((await stageErrorOf(plugin.run({ entries: [] }, fakeContext()))).cause, cause);
});

Deno.test("a plugin gets what the contract promises", async () => {
  const env: Record<string, string> = { DECLARED: "1", OTHER: "2" };
  const sourceDate = new Date(0);
  const host = fakeHost({ env: (name) => env[name], sourceDate, mode: "run" });
  const context = fakeContext();
  let seen: PluginContext<"filter"> | undefined;
  await foreign((_input, own) => {
    seen = own;
    own.log.debug("one");
    own.log.info("two");
    own.log.warn("three");
    own.sourceDate?.setTime(1);
    return { drop: [] };
  }, { host, env: ["DECLARED", "MISSING"] }).run({ entries: [] }, context);
  assert.ok(seen !== undefined);
  assert.deepEqual(seen.plugin, { id: "mine", name: "test", version: "1.0.0" });
  assert.deepEqual(seen.host, { version: "9.9.9", apiVersion: 1 });
  assert.deepEqual([seen.stage, seen.mode], ["filter", "run"]);
  assert.deepEqual(seen.env, { DECLARED: "1", MISSING: undefined });
  assert.equal(sourceDate.getTime(), 0);
  assert.deepEqual(context.messages, ["debug: mine: one", "info: mine: two", "warn: mine: three"]);
});

Deno.test("a plugin makes entries and blobs that do not change with what they were made of", async () => {
  const bytes = new TextEncoder().encode("kind: Secret");
  let made: Awaited<ReturnType<typeof make>> | undefined;
  await foreign(async (_input, own) => {
    made = await make(own);
    return { drop: [] };
  }).run({ entries: [] }, fakeContext());
  bytes.fill(0);
  assert.ok(made !== undefined);
  const { entry, blob, layer } = made;
  assert.deepEqual({ ...entry, open: undefined }, {
    path: "a.yaml",
    kind: "file",
    executable: true,
    size: 12,
    open: undefined,
  });
  for (let reading = 0; reading < 2; reading++) {
    assert.equal(new TextDecoder().decode(await collectBytes(entry.open())), "kind: Secret");
    assert.equal(new TextDecoder().decode(await collectBytes(blob.open())), "kind: Secret");
  }
  assert.equal(blob.descriptor.mediaType, "text/plain");
  assert.deepEqual(layer.descriptor.annotations, { a: "b" });

  // deno-lint-ignore explicit-function-return-type -- the test reads what it gives
  async function make(own: PluginContext<"filter">) {
    const entry = own.entry("a.yaml", bytes, { executable: true });
    const blob = await own.blob("text/plain", bytes);
    return { entry, blob, layer: await own.layer([entry], { annotations: { a: "b" } }) };
  }
});

Deno.test("a plugin makes files that are not executable unless it says so", async () => {
  let executable: boolean | undefined;
  await foreign((_input, own) => {
    const entry = own.entry("a.yaml", "a: 1\n");
    executable = entry.kind === "file" ? entry.executable : undefined;
    return { drop: [] };
  }).run({ entries: [] }, fakeContext());
  assert.equal(executable, false);
});

const IN_PLAN: readonly (readonly [what: string, run: (host: FakeHost, context: FakeContext) => Promise<unknown>])[] = [
  [
    "says so itself",
    (host, context) => foreign(() => assert.fail("it ran"), { host, inPlan: "skip" }).run({ entries: [] }, context),
  ],
  [
    "waits for an upload",
    async (host, context) =>
      await fakePlugin("before:upload", "mine", () => assert.fail("it ran"), { host, origin: ORIGIN })
        .run(await fakeArtifact(), context),
  ],
];

for (const [what, run] of IN_PLAN) {
  Deno.test(`a plugin that ${what} does not run in a plan`, async () => {
    const context = fakeContext();
    assert.equal(await run(fakeHost({ mode: "plan" }), context), undefined);
    assert.deepEqual(context.messages, ["info: Skipped mine: it does not run in a plan"]);
  });
}

Deno.test("a plugin runs in a plan when nothing else is said, and tags are named in one", async () => {
  const host = fakeHost({ mode: "plan" });
  const modes: string[] = [];
  await foreign((_input, { mode }) => (modes.push(mode), { drop: [] }), { host }).run({ entries: [] }, fakeContext());
  await fakePlugin("tag", "mine", (_input, { mode }) => (modes.push(mode), { tags: [] }), { host, origin: ORIGIN })
    .run({ digest: "sha256:0", annotations: {} }, fakeContext());
  assert.deepEqual(modes, ["plan", "plan"]);
});

Deno.test("context.fail() takes whatever a plugin in JavaScript gives it", async () => {
  const failing = (...args: readonly unknown[]): Run => (_input, { fail }) => Reflect.apply(fail, undefined, args);
  const nothing = await failureOf(failing(undefined, undefined));
  assert.deepEqual([nothing.code, nothing.message], ["FAILED", "The plugin failed, and does not say why"]);
  const odd = await failureOf(failing(7, 8, { hint: 9, path: null }));
  assert.deepEqual([odd.code, odd.message, odd.hint, odd.path], ["7", "8", "9", undefined]);
});

Deno.test("context.entry() gives each reader bytes of its own", async () => {
  const texts: string[] = [];
  await foreign(async (_input, { entry }) => {
    const made = entry("a", "as it was");
    for await (const piece of made.open()) piece.fill(0);
    texts.push(new TextDecoder().decode(await collectBytes(made.open())));
    return { drop: [] };
  }).run({ entries: [fileEntry("a")] }, fakeContext());
  assert.deepEqual(texts, ["as it was"]);
});
