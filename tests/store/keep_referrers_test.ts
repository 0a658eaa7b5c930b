import assert from "node:assert/strict";
import type { GraphManifest } from "../../src/store/graph.ts";
import { keepReferrers } from "../../src/store/keep_referrers.ts";
import type { Store } from "../../src/store/store.ts";
import { testContext } from "../registry/support.ts";
import { memoryStore } from "../support/memory_store.ts";
import { type Sample, sampleOf } from "../support/store_samples.ts";

const POOL = { context: testContext(), concurrency: 2 };
const [ONE, TWO] = [sampleOf("one"), sampleOf("two")];
const REFERRERS = [ONE, ONE, TWO].map((subject, at) => {
  return { subject, sample: sampleOf(String(at), { subject: subject.manifest.descriptor }) };
});
const SENT: readonly GraphManifest[] = [
  { content: ONE.manifest },
  ...REFERRERS.map(({ subject, sample }) => ({ content: sample.manifest, subject: digestOf(subject) })),
];

Deno.test("keepReferrers() sends again what was taken from a list after it was written, until it stays", async () => {
  const log: string[] = [];
  const lists = new Map([digestOf(ONE), digestOf(TWO)].map((subject) => [subject as string, new Set<string>()]));
  const last = REFERRERS.at(-1)?.sample ?? ONE;
  lists.get(digestOf(TWO))?.add(digestOf(last));
  const store = shared({
    referrers: (subject) => {
      log.push("list");
      const there = REFERRERS.filter(({ sample }) => lists.get(subject)?.has(digestOf(sample)));
      return Promise.resolve(there.map(({ sample }) => sample.manifest.descriptor));
    },
    pushManifest: ({ descriptor: { digest } }) => {
      log.push("push");
      lists.get(digestOf(ONE))?.add(digest);
      return Promise.resolve({ existed: true, bytesSent: 0 });
    },
    settle: () => Promise.resolve(void log.push("settle")),
  });
  await keepReferrers(store, SENT, POOL);
  assert.deepEqual(log, ["settle", "list", "list", "push", "push", "settle", "list", "list"]);
});

Deno.test("keepReferrers() says what is never found", async () => {
  const store = shared({
    referrers: () => Promise.resolve([]),
    pushManifest: () => Promise.resolve({ existed: true, bytesSent: 0 }),
    settle: () => Promise.resolve(),
  });
  const referrer = digestOf(REFERRERS[0]?.sample ?? ONE);
  const message = `Cannot tag anything in ${store.url}: ${referrer} was sent, and is not found as a referrer of ${
    digestOf(ONE)
  }`;
  await assert.rejects(keepReferrers(store, SENT, POOL), { message });
});

Deno.test("keepReferrers() asks nothing where nothing refers to anything, or nobody can replace a list", async () => {
  const never = (): never => {
    throw new Error("asked");
  };
  await keepReferrers(shared({ referrers: never, pushManifest: never, settle: never }), SENT.slice(0, 1), POOL);
  await keepReferrers({ ...memoryStore(), referrers: never, pushManifest: never }, SENT, POOL);
});

function shared(store: Required<Pick<Store, "referrers" | "pushManifest" | "settle">>): Store {
  return { ...memoryStore(), ...store };
}

function digestOf({ manifest }: Sample): Sample["manifest"]["descriptor"]["digest"] {
  return manifest.descriptor.digest;
}
