import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { type Digest, digestOf } from "../../src/oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../../src/oci/manifest.ts";
import { OCI_INDEX_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { Store } from "../../src/store/store.ts";
import { RegistryError } from "../../src/registry/http/registry_error.ts";
import { referrersTag } from "../../src/store/companion_tags.ts";
import { registryStore } from "../../src/registry/store.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { namesOf, putSample, sampleOf } from "../support/store_samples.ts";
import { testClient, testContext } from "./support.ts";

const context = testContext();
const subject = sampleOf("subject");
const { digest } = subject.manifest.descriptor;
const tag = referrersTag(digest);

interface Place extends AsyncDisposable {
  readonly fake: FakeRegistry;
  readonly store: Store;
}

/** A store that has the subject. */
async function place(options: FakeRegistryOptions = {}): Promise<Place> {
  const fake = startFakeRegistry(options);
  const client = testClient(fake);
  const reference = { kind: "registry", host: fake.host, repository: "acme/app" } as const;
  const store = registryStore({ reference, client, access: "delete" });
  await putSample(store, subject, ["1.0"], context);
  fake.clearLog();
  return {
    fake,
    store,
    async [Symbol.asyncDispose](): Promise<void> {
      client.close();
      await fake[Symbol.asyncDispose]();
    },
  };
}

function descriptor(text: string, more: Partial<Descriptor> = {}): Descriptor {
  return { ...sampleOf(text).manifest.descriptor, ...more };
}

function index(manifests: readonly unknown[], headers: Readonly<Record<string, string>> = {}): Response {
  const body = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests });
  return new Response(body, { headers: { "content-type": OCI_INDEX_MEDIA_TYPE, ...headers } });
}

/** What the store lists when the registry's API answers in this way. */
async function listed(answer: (url: URL) => Response): Promise<readonly Descriptor[]> {
  await using at = await place();
  at.fake.fault({ path: /\/referrers\//, times: Infinity, fault: { kind: "answer", answer } });
  return await at.store.referrers(digest, context);
}

const sorted = (...descriptors: readonly Descriptor[]): readonly Descriptor[] =>
  descriptors.toSorted((a, b) => a.digest < b.digest ? -1 : 1);

Deno.test("ref/api-200: referrers() gives what the API lists, each once, sorted by digest", async () => {
  const [a, b] = [descriptor("a", { artifactType: "application/a" }), descriptor("b", { annotations: { k: "v" } })];
  assert.deepEqual(await listed(() => index([b, a, b])), sorted(a, b));
});

Deno.test("ref/charset-param: referrers() takes an index with parameters, and one that is sent as plain JSON", async () => {
  const a = descriptor("a");
  for (const type of [`${OCI_INDEX_MEDIA_TYPE}; charset=utf-8`, "application/json"]) {
    assert.deepEqual(await listed(() => index([a], { "content-type": type })), [a]);
  }
});

Deno.test("ref/filter-applied-with-spaces: referrers() does not look at what the registry says it has filtered", async () => {
  const a = descriptor("a");
  assert.deepEqual(await listed(() => index([a], { "oci-filters-applied": "artifactType , annotations" })), [a]);
});

Deno.test("ref/paginated-link: referrers() follows the pages to the end", async () => {
  const found = [descriptor("a"), descriptor("b"), descriptor("c")];
  const answer = (url: URL): Response => {
    const at = Number(url.searchParams.get("page") ?? 0);
    const next = `<${url.pathname}?page=${at + 1}>; rel="next"`;
    return index([found[at]], at < 2 ? { link: next } : {});
  };
  assert.deepEqual(await listed(answer), sorted(...found));
});

Deno.test("sec/link-header-cross-origin: referrers() takes no page from elsewhere, and sends nothing there", async () => {
  await using other = startFakeRegistry();
  const answer = (): Response => index([], { link: `<${other.origin}/v2/x>; rel="next"` });
  await assert.rejects(
    listed(answer),
    /Cannot list the referrers of 127\.0\.0\.1:\d+\/acme\/app@sha256:.*at another host, 127\.0\.0\.1:/,
  );
  assert.equal(other.requests.length, 0);
});

Deno.test("sec/self-link: referrers() ends when the pages go round in circles", async () => {
  const answer = (url: URL): Response => index([], { link: `<${url.pathname}?again=1>; rel="next"` });
  await assert.rejects(listed(answer), /the pages go round in circles/);
});

Deno.test("ref/5xx-is-error: referrers() does not take a registry that fails for one without referrers", async () => {
  for (const status of [429, 500, 502, 503]) {
    await assert.rejects(
      listed(() => new Response("no", { status })),
      (error) => error instanceof RegistryError && error.status === status,
    );
  }
});

Deno.test("referrers() refuses a list that is broken", async () => {
  for (
    const body of [
      '{"schemaVersion":2,"manifests":[{"digest":"sha256:x"}]}',
      `{"schemaVersion":2,"mediaType":"${OCI_INDEX_MEDIA_TYPE}","manifests":{}}`,
    ]
  ) {
    await assert.rejects(listed(() => new Response(body)), {
      name: "SyntaxError",
      message:
        /^Cannot list the referrers of 127\.0\.0\.1:\d+\/acme\/app@sha256:[0-9a-f]+: the registry's answer is no image index, /,
    });
  }
});

const NO_API: readonly (readonly [name: string, answer: () => Response])[] = [
  ...[400, 401, 403, 405, 406, 410, 415, 501].map((status): [string, () => Response] => [
    `status ${status}`,
    () => new Response("no", { status }),
  ]),
  ["a page", () => new Response("<html><title>Welcome</title></html>", { headers: { "content-type": "text/html" } })],
  ["JSON of another kind", () => Response.json({ errors: [{ code: "UNSUPPORTED" }] })],
  ["a list that is no index", () => Response.json([])],
  ["nothing", () => new Response("")],
  ["an index that is cut off", () => new Response('{"schemaVersion":2,"manifests":[')],
];

for (const [name, answer] of NO_API) {
  Deno.test(`referrers() reads the tag where the API answers with ${name}, and says so`, async () => {
    await using at = await place({ referrers: false });
    at.fake.fault({ path: /\/referrers\//, times: Infinity, fault: { kind: "answer", answer } });
    const a = descriptor("a", { artifactType: "application/a", annotations: { k: "v" } });
    putIndex(at.fake, { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [a] });
    const told = testContext();
    assert.deepEqual(await at.store.referrers(digest, told), [a]);
    assert.deepEqual(await at.store.referrers(digest, told), [a]);
    assert.equal(told.log.lines.length, 1);
    assert.match(told.log.lines[0] ?? "", /^debug .*without the referrers API, so the tag schema counts$/);
    const b = sampleOf("b", { subject: subject.manifest.descriptor });
    await putSample(at.store, b, [], context);
    const found = await at.store.referrers(digest, context);
    assert.ok(found.some((each) => each.digest === b.manifest.descriptor.digest));
  });
}

Deno.test("ref/oci-subject-header: a promise counts nothing where the API gives no list, and the tag has it", async () => {
  await using at = await place();
  const page = (): Response => new Response("<html>");
  at.fake.fault({ path: /\/referrers\//, times: Infinity, fault: { kind: "answer", answer: page } });
  const a = sampleOf("a", { subject: subject.manifest.descriptor });
  await putSample(at.store, a, [], context);
  assert.deepEqual((await at.store.referrers(digest, context)).map((each) => each.digest), [
    a.manifest.descriptor.digest,
  ]);
});

Deno.test("ref/oci-subject-header: a promise counts where nobody may ask", async () => {
  await using at = await place();
  const refusal = (): Response => new Response(undefined, { status: 403 });
  at.fake.fault({ method: "GET", times: Infinity, fault: { kind: "answer", answer: refusal } });
  await putSample(at.store, sampleOf("a", { subject: subject.manifest.descriptor }), [], context);
  assert.equal(at.fake.repositories.get("acme/app")?.tags.has(tag), false);
});

Deno.test("referrers() does not give up the API that has answered already, nor half of a list", async () => {
  await using at = await place();
  assert.deepEqual(await at.store.referrers(digest, context), []);
  const refusal = (): Response => new Response("no", { status: 403 });
  at.fake.fault({ path: /\/referrers\//, fault: { kind: "answer", answer: refusal } });
  await assert.rejects(at.store.referrers(digest, context), /HTTP 403/);

  const answer = (url: URL): Response =>
    url.search === "" ? index([descriptor("a")], { link: `<${url.pathname}?page=2>; rel="next"` }) : refusal();
  await assert.rejects(listed(answer), /HTTP 403/);
});

Deno.test("referrers() takes a tag that it may not read for one that is not there, once the subject was read", async () => {
  await using at = await place({ referrers: false });
  await at.store.fetchManifest(digest, context);
  at.fake.fault({
    path: new RegExp(tag),
    times: 2,
    fault: { kind: "answer", answer: () => new Response(undefined, { status: 403 }) },
  });
  assert.deepEqual(await at.store.referrers(digest, context), []);
});

Deno.test("ref/404-fallback: referrers() reads the tag, and asks the API no second time", async () => {
  await using at = await place({ referrers: false });
  const a = descriptor("a", { artifactType: "application/a", annotations: { k: "v" } });
  putIndex(at.fake, { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [a] });
  assert.deepEqual(await at.store.referrers(digest, context), [a]);
  assert.deepEqual(await at.store.referrers(digest, context), [a]);
  assert.deepEqual(at.fake.requests.map(({ path }) => path.replace(/.*\/(referrers|manifests)\/.*/, "$1")), [
    "referrers",
    "manifests",
    "manifests",
  ]);
});

Deno.test("ref/404-fallback: a repository that is not there says nothing of the API", async () => {
  await using at = await place();
  at.fake.fault({
    path: /\/referrers\//,
    fault: { kind: "answer", answer: () => Response.json({ errors: [{ code: "NAME_UNKNOWN" }] }, { status: 404 }) },
  });
  assert.deepEqual(await at.store.referrers(digest, context), []);
  await putSample(at.store, sampleOf("a", { subject: subject.manifest.descriptor }), [], context);
  assert.equal((await at.store.referrers(digest, context)).length, 1);
});

Deno.test("ref/fallback-tag-is-subject: the subject under its own tag is passed over, and never replaced", async () => {
  await using at = await place({ referrers: false });
  await at.store.tag(subject.stored, namesOf([tag]), context);
  assert.deepEqual(await at.store.referrers(digest, context), []);
  const referrer = sampleOf("a", { subject: subject.manifest.descriptor });
  await assert.rejects(putSample(at.store, referrer, [], context), {
    message: `Cannot list a referrer of ${at.fake.host}/acme/app@${digest}: the registry has no referrers API, ` +
      `and tag ${tag} is taken by something else`,
  });
  assert.equal(at.fake.repositories.get("acme/app")?.tags.get(tag), digest);
});

Deno.test("ref/oci-subject-header: nothing is written under the tag when the registry lists referrers itself", async () => {
  await using at = await place();
  await putSample(at.store, sampleOf("a", { subject: subject.manifest.descriptor }), [], context);
  assert.deepEqual(at.fake.requests.filter(({ path }) => path.includes(tag)), []);
  assert.equal(at.fake.repositories.get("acme/app")?.tags.has(tag), false);
});

Deno.test("ref/oci-subject-header: a header that names another manifest is no promise", async () => {
  await using at = await place({ referrers: false });
  const edit = (answer: Response): Response => {
    answer.headers.set("oci-subject", digestOf(new Uint8Array()));
    return answer;
  };
  at.fake.fault({ method: "PUT", path: /\/manifests\/sha256:/, fault: { kind: "edit", edit } });
  await putSample(at.store, sampleOf("a", { subject: subject.manifest.descriptor }), [], context);
  assert.equal((await at.store.referrers(digest, context)).length, 1);
});

Deno.test("a referrer is added to a list with everything that others have written there", async () => {
  await using at = await place({ referrers: false });
  await putSample(at.store, sampleOf("theirs"), [], context);
  const theirs = { ...descriptor("theirs"), platform: { os: "any" }, "org.example.field": [1] };
  putIndex(at.fake, {
    schemaVersion: 2,
    mediaType: OCI_INDEX_MEDIA_TYPE,
    manifests: [theirs],
    annotations: { a: "b" },
  });
  const referrer = sampleOf("a", { subject: subject.manifest.descriptor, artifactType: "application/a" });
  await putSample(at.store, referrer, [], context);
  assert.deepEqual(indexUnderTag(at.fake), {
    schemaVersion: 2,
    mediaType: OCI_INDEX_MEDIA_TYPE,
    manifests: [theirs, { ...referrer.manifest.descriptor, artifactType: "application/a" }],
    annotations: { a: "b" },
  });
});

Deno.test("a list that is full takes no more, and stays as it is", async () => {
  await using at = await place({ referrers: false });
  const entry = descriptor("theirs");
  await putSample(at.store, sampleOf("theirs"), [], context);
  const full = { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [entry], annotations: { fill: "" } };
  full.annotations.fill = "x".repeat(MANIFEST_SIZE_LIMIT - JSON.stringify(full).length);
  putIndex(at.fake, full);
  const referrer = sampleOf("a", { subject: subject.manifest.descriptor });
  await assert.rejects(putSample(at.store, referrer, [], context), {
    name: "RangeError",
    message: `Cannot list a referrer of ${at.fake.host}/acme/app@${digest}: the list under tag ${tag} is full`,
  });
  assert.deepEqual(indexUnderTag(at.fake), full);
});

Deno.test("a list that names what is gone is written again without it", async () => {
  await using at = await place({ referrers: false });
  await putSample(at.store, sampleOf("theirs"), [], context);
  const [theirs, gone] = [descriptor("theirs"), descriptor("gone")];
  putIndex(at.fake, { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [gone, theirs] });
  const referrer = sampleOf("a", { subject: subject.manifest.descriptor });
  const told = testContext();
  await putSample(at.store, referrer, [], told);
  const digests = (await at.store.referrers(digest, context)).map(({ digest }) => digest);
  assert.deepEqual(digests, sorted(theirs, referrer.manifest.descriptor).map(({ digest }) => digest));
  assert.deepEqual(told.log.lines.filter((line) => line.startsWith("warn")), [
    `warn ${gone.digest} is no longer in ${at.fake.host}/acme/app, and is taken from the list of referrers`,
  ]);
});

Deno.test("ref/fallback-race: a list that another writer replaces in the same moment is written again", async () => {
  await using at = await place({ referrers: false });
  await putSample(at.store, sampleOf("theirs"), [], context);
  const theirs = descriptor("theirs");
  at.fake.fault({
    method: "PUT",
    path: new RegExp(`/manifests/${tag}`),
    fault: {
      kind: "edit",
      edit(answer): Response {
        putIndex(at.fake, { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [theirs] });
        return answer;
      },
    },
  });
  const referrer = sampleOf("a", { subject: subject.manifest.descriptor });
  await putSample(at.store, referrer, [], context);
  const digests = (await at.store.referrers(digest, context)).map(({ digest }) => digest);
  assert.deepEqual(digests, sorted(theirs, referrer.manifest.descriptor).map(({ digest }) => digest));
});

Deno.test("ref/fallback-race: many referrers that are pushed at once are all listed", async () => {
  await using at = await place({ referrers: false });
  const samples = Array.from({ length: 8 }, (_, n) => sampleOf(`${n}`, { subject: subject.manifest.descriptor }));
  await Promise.all(samples.map((sample) => putSample(at.store, sample, [], context)));
  assert.equal((await at.store.referrers(digest, context)).length, 8);
});

Deno.test("ref/fallback-race: a list that is replaced again and again is given up", async () => {
  await using at = await place({ referrers: false });
  const edit = (answer: Response): Response => {
    putIndex(at.fake, { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [] });
    return answer;
  };
  at.fake.fault({
    method: "PUT",
    path: new RegExp(`/manifests/${tag}`),
    times: Infinity,
    fault: { kind: "edit", edit },
  });
  const referrer = sampleOf("a", { subject: subject.manifest.descriptor });
  await assert.rejects(
    putSample(at.store, referrer, [], context),
    /others change tag sha256-[0-9a-f]{64} all the time$/,
  );
});

Deno.test("ref/sha512-tag-truncation: the tag has 64 digits of any digest", () => {
  const long: Digest = `sha512:${"ab".repeat(64)}`;
  assert.equal(referrersTag(long), `sha512-${"ab".repeat(32)}`);
  assert.equal(tag, digest.replace(":", "-"));
});

/** Puts an index under the tag, as another client would. */
function putIndex(fake: FakeRegistry, content: unknown): void {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  const { descriptor } = bytesContent(OCI_INDEX_MEDIA_TYPE, bytes);
  const repository = fake.repositories.get("acme/app") ?? assert.fail();
  repository.manifests.set(descriptor.digest, { digest: descriptor.digest, mediaType: OCI_INDEX_MEDIA_TYPE, bytes });
  repository.tags.set(tag, descriptor.digest);
}

function indexUnderTag(fake: FakeRegistry): unknown {
  const repository = fake.repositories.get("acme/app") ?? assert.fail();
  const { bytes } = repository.manifests.get(repository.tags.get(tag) ?? "") ?? assert.fail();
  return JSON.parse(new TextDecoder().decode(bytes));
}
