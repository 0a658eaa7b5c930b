import assert from "node:assert/strict";
import { createHost } from "../../../../src/host/create_host.ts";
import { prepare } from "../../../../src/driver/prepare.ts";
import type { Factory, StageIO } from "../../../../src/pipeline/plugin.ts";
import type { ReadyPlugin } from "../../../../src/pipeline/ready_plugin.ts";
import { type Asked, askedOnce } from "../../../../src/verbs/publish/stages/asked_once.ts";

const CREATED = "org.opencontainers.image.created";

/** A plugin that counts how often it looks, and says so. */
function counting(count: { value: number }, answer: () => string): Factory<"annotate", unknown> {
  return (kit) =>
    kit.plugin({
      name: "clock",
      version: "1.0.0",
      apiVersion: 1,
      stage: "annotate",
      options: kit.z.looseObject({}),
      run(_input, _options, { log }): StageIO["annotate"]["out"] {
        count.value++;
        log.warn(`looked ${count.value} times`);
        return { set: { [CREATED]: answer() } };
      },
    });
}

async function ready(factory: Factory<"annotate", unknown>, asked: Asked): Promise<ReadyPlugin<"annotate">> {
  const host = createHost({ version: "0.0.0", mode: "run", env: () => undefined });
  const { plugin } = await prepare<"annotate">(askedOnce(factory, asked), { options: {}, checked: true }, host);
  assert.ok(plugin !== undefined);
  return plugin;
}

type Known = Readonly<Record<string, { readonly value: string; readonly from: string }>>;

/** Runs it, and gives what it said. */
async function ask(plugin: ReadyPlugin<"annotate">, known: Known = {}): Promise<readonly string[]> {
  const lines: string[] = [];
  const say = (message: string): void => void lines.push(message);
  const config = { mediaType: "a/b", digest: `sha256:${"0".repeat(64)}`, size: 2 } as const;
  await plugin.run({ entries: [], config, layers: [], known }, {
    signal: new AbortController().signal,
    log: { debug: say, info: say, warn: say },
    scratch: { keep: () => Promise.reject(new Error("nothing is kept")) },
    progress: () => {},
  });
  return lines;
}

Deno.test("askedOnce() lets a plugin look once, and says again what it said to whoever asks again", async () => {
  const count = { value: 0 };
  const asked: Asked = new Map();
  const factory = counting(count, () => "2026-01-01T00:00:00Z");
  assert.deepEqual(await ask(await ready(factory, asked)), ["looked 1 times"]);
  assert.deepEqual(await ask(await ready(factory, asked), { other: { value: "x", from: "y" } }), ["looked 1 times"]);
  assert.equal(count.value, 1);
});

Deno.test("askedOnce() lets a plugin look again when others have answered a part of it in between", async () => {
  const count = { value: 0 };
  const asked: Asked = new Map();
  const factory = counting(count, () => "2026-01-01T00:00:00Z");
  await ask(await ready(factory, asked));
  await ask(await ready(factory, asked), { [CREATED]: { value: "2026-01-02T00:00:00Z", from: "a plugin" } });
  assert.equal(count.value, 2);
});

Deno.test("askedOnce() fails again as it failed, with what was said before that", async () => {
  const count = { value: 0 };
  const asked: Asked = new Map();
  const plugin = await ready(
    counting(count, () => {
      throw new SyntaxError("no time");
    }),
    asked,
  );
  await assert.rejects(ask(plugin), { message: "no time" });
  await assert.rejects(ask(plugin), { message: "no time" });
  assert.equal(count.value, 1);
});
