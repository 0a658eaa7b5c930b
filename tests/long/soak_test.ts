/**
 * Many pushes of random artifacts through a proxy that harms one request of five. Each one ends published and
 * pullable, or in a clear error with nothing tagged; and no credential ever reaches another host.
 *
 * `GANTRY_SOAK` says how many pushes, and lets the figures be shown; `GANTRY_SEED` chooses other artifacts and faults.
 */
import assert from "node:assert/strict";
import pMap from "p-map";
import { errorReport } from "../../src/cli/output/error_report.ts";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content } from "../../src/oci/descriptor.ts";
import { EMPTY_MEDIA_TYPE, IMAGE_LAYER_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { Entry } from "../../src/pipeline/entry.ts";
import { type Pipeline, publish } from "../../src/pipeline/publish.ts";
import { storeTarget } from "../../src/pipeline/store_target.ts";
import { packLayer } from "../../src/pack/layer.ts";
import { tree } from "../../src/pack/tree.ts";
import { createRegistryClient } from "../../src/registry/client.ts";
import { type Clock, SYSTEM_CLOCK } from "../../src/system/clock.ts";
import { registryStore } from "../../src/registry/store.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { version } from "../../src/plugins/tag/version.ts";
import { type ProxiedRequest, type ProxyFault, startFaultyProxy } from "../support/network/faulty_proxy.ts";
import { publishedDigest } from "../support/published_digest.ts";
import { REGISTRIES } from "../support/registry_process.ts";
import { noise } from "../support/sample_bytes.ts";
import { startTokenRegistry } from "../support/network/token_registry.ts";
import { toolTest } from "../support/tools.ts";
import { prepared } from "../support/prepared.ts";
import { fakePlugin } from "../pipeline/fakes.ts";

const PUSHES = Number(Deno.env.get("GANTRY_SOAK") ?? 20);
const wanted = Deno.env.get("GANTRY_SEED") ?? "20261122";
const SEED = wanted === "random" ? Date.now() % 1_000_000 : Number(wanted);
const USER = "robot";
const PASSWORD = "correct horse";
/** How long all of a test's pushes may take, in milliseconds. */
const timeout = 120_000 + PUSHES * 10_000;
/**
 * After how long a request that stands still is given up, in milliseconds: more than a busy machine keeps one waiting.
 */
const PATIENCE = 5000;
const MEBIBYTE = 1024 * 1024;
/** What all content is cut from. */
const NOISE = noise(6 * MEBIBYTE);

const DISTRIBUTIONS = REGISTRIES.filter(({ command }) => command !== "ociregistry");

for (const { name, command } of DISTRIBUTIONS) {
  const what = `push to ${name} through a bad network ends published, or with nothing tagged`;
  toolTest(what, { tools: [command], timeout }, async () => {
    await using canary = startCanary();
    await using stack = new AsyncDisposableStack();
    const realm = (realm: string): string => {
      const upstream = new URL(realm).host;
      const { host } = stack.use(startFaultyProxy({ upstream, fault: randomFaults(SEED, canary.origin) }));
      return realm.replace(upstream, host);
    };
    await using started = await startTokenRegistry(command, { username: USER, password: PASSWORD, realm });
    const { registry: running, tokens } = started;

    const outcomes = await pMap(Array.from({ length: PUSHES / DISTRIBUTIONS.length }).keys(), async (number) => {
      const fault = randomFaults(SEED + number, canary.origin);
      await using proxy = startFaultyProxy({ upstream: running.host, fault });
      const repository = `soak/app-${number % 5}`;
      const tag = `1.0.${number}`;
      const { digest, report, log } = await pushOnce({ host: proxy.host, repository, tag, seed: SEED + number });
      const headers = { authorization: `Bearer ${await tokenFor(tokens.realm, repository)}` };
      const at = { origin: `http://${running.host}`, repository, headers };
      const context = `push ${number} with seed ${SEED}: ${report}`;
      if (digest !== undefined) {
        assert.equal(await publishedDigest(at, tag), digest, context);
        assert.equal(await publishedDigest(at, digest), digest, context);
      } else {
        assert.match(report, /^error: Cannot [^\n]+\n(?:(?: {2}|advice: )[^\n]+\n)*$/);
        assert.equal(await publishedDigest(at, tag), undefined, context);
      }
      return { isPublished: digest !== undefined, report, log, requests: proxy.requests };
    }, { concurrency: 4 });

    const secrets = [PASSWORD, btoa(`${USER}:${PASSWORD}`), ...tokens.tokens];
    for (const secret of secrets) {
      assert.ok(!canary.heard.some((text) => text.includes(secret)), "the canary has heard a credential");
      assert.ok(!outcomes.some(({ report, log }) => `${report}${log}`.includes(secret)), "a credential is shown");
    }
    const faults = outcomes.flatMap(({ requests }) => requests).filter(({ fault }) => fault !== undefined);
    const published = outcomes.filter(({ isPublished }) => isPublished).length;
    assert.ok(canary.heard.length > 0 && faults.length > outcomes.length, "too little went wrong to say anything");
    assert.ok(published > outcomes.length / 4, outcomes.map(({ report }) => report).join(""));
    if (Deno.env.has("GANTRY_SOAK")) print(`${name}: ${summary(outcomes, canary.heard.length)}`);
  });
}

interface Outcome {
  readonly isPublished: boolean;
  /** What a user would read; empty when all went well. */
  readonly report: string;
  /** What `-v` shows. */
  readonly log: string;
  readonly requests: readonly ProxiedRequest[];
}

interface Pushed extends Pick<Outcome, "report" | "log"> {
  /** What was published; `undefined` when nothing was. */
  readonly digest: string | undefined;
}

interface Push {
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  readonly seed: number;
}

async function pushOnce({ host, repository, tag, seed }: Push): Promise<Pushed> {
  const client = createRegistryClient({
    host,
    plainHttp: true,
    credentials: () => Promise.resolve({ kind: "password", username: USER, password: PASSWORD }),
    clock: IMPATIENT_CLOCK,
    stall: { idle: PATIENCE, answer: PATIENCE },
  });
  await using scratch = createScratch();
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const context = {
    signal: new AbortController().signal,
    log: { debug: say, info: say, warn: say },
    scratch,
    progress: () => {},
  };
  const reference = { kind: "registry", host, repository } as const;
  const pipeline = {
    ...randomArtifact(seed),
    upload: [storeTarget(registryStore({ reference, client, access: "push" }), { name: "registry", concurrency: 4 })],
    tag: [prepared<"tag">(version({ version: tag }))],
  };
  try {
    const publication = await publish({ location: "." }, pipeline, context);
    return { digest: publication.manifest.descriptor.digest, report: "", log: said.join("\n") };
  } catch (error) {
    return { digest: undefined, report: errorReport(error), log: said.join("\n") };
  } finally {
    client.close();
  }
}

/** Waits that are asked for are shortened; how long a request may stand still is not. */
const IMPATIENT_CLOCK: Clock = {
  ...SYSTEM_CLOCK,
  wait: (milliseconds, signal) => SYSTEM_CLOCK.wait(milliseconds / 50, signal),
};

/** One to six layers, each a tree of 1 KiB to 5 MiB; some layers are in several artifacts. */
function randomArtifact(seed: number): Pick<Pipeline, "collect" | "filter" | "archive" | "annotate"> {
  const random = randomNumbers(`artifact ${seed}`);
  const layers = Array.from({ length: 1 + random(6) }, () => randomTree(random(40)));
  const entries = layers.flatMap((tree, at) => tree.map((entry) => ({ ...entry, path: `${at}/${entry.path}` })));
  return {
    collect: [fakePlugin("collect", "random", () => ({ entries }))],
    filter: [],
    archive: fakePlugin("archive", "layers", async (_input, context) => {
      const packed: Content[] = [];
      for (const layer of layers) {
        const entries = tree(layer, { root: false, trailingSlash: false });
        const mediaType = IMAGE_LAYER_MEDIA_TYPE;
        packed.push((await packLayer({ entries, mediaType, compression: { kind: "none" } }, context)).content);
      }
      const config = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}"));
      return { artifactType: `application/vnd.soak.v${seed}`, config, layers: packed };
    }),
    annotate: [],
  };
}

function randomTree(seed: number): readonly Entry[] {
  const random = randomNumbers(`tree ${seed}`);
  const files = 1 + random(5);
  const size = Math.floor(1024 * 5120 ** (random(1000) / 999) / files);
  return Array.from({ length: files }, (_, at) => {
    const start = random(MEBIBYTE);
    const open = (): ReadableStream<Uint8Array<ArrayBuffer>> => new Blob([NOISE.slice(start, start + size)]).stream();
    return { path: `file-${at}`, kind: "file", executable: random(2) === 0, size, open };
  });
}

/** Harms one request of five, each in its own way; the same ones for the same seed, in whichever order they come. */
function randomFaults(seed: number, elsewhere: string): (request: ProxiedRequest) => ProxyFault | undefined {
  const seen = new Map<string, number>();
  return (request) => {
    const { method, path, size } = request;
    const what = `${method} ${path.replace(/\/uploads\/[^?]+|_state=[^&]*/g, "")}`;
    const count = (seen.get(what) ?? 0) + 1;
    seen.set(what, count);
    const random = randomNumbers(`${seed} ${what} ${count}`);
    if (random(5) > 0) return undefined;
    const faults = faultsOf(request, random(size + 1), elsewhere);
    return faults[random(faults.length)];
  };
}

function faultsOf({ path }: ProxiedRequest, after: number, elsewhere: string): readonly ProxyFault[] {
  const page = "<html><head><title>Please log in to the Wi-Fi</title></head></html>";
  const tooMany = '{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}';
  return [
    { kind: "cut-request", after },
    { kind: "cut-answer", after: after % 200 },
    { kind: "lose-answer" },
    { kind: "stall", after },
    { kind: "answer", status: 503 },
    { kind: "answer", status: 503, headers: { "retry-after": "2" } },
    { kind: "answer", status: 429, headers: { "retry-after": "1" }, body: tooMany },
    { kind: "answer", status: 502, headers: { "content-type": "text/html" }, body: page },
    { kind: "answer", status: 200, headers: { "content-type": "text/html" }, body: page },
    { kind: "answer", status: 307, headers: { location: `${elsewhere}${path}` } },
    { kind: "edit-answer", edit: (head) => head.replace(/^location: http:\/\/[^/]+/im, `Location: ${elsewhere}`) },
  ];
}

/** Another host: it keeps what it hears and answers all sorts of things, a challenge among them. */
function startCanary(): AsyncDisposable & { readonly origin: string; readonly heard: readonly string[] } {
  const heard: string[] = [];
  const challenge = 'Basic realm="canary", Bearer realm="http://127.0.0.1:1/token"';
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const content = new TextDecoder().decode(await request.bytes());
    heard.push([request.url, ...[...request.headers].flat(), content].join("\n"));
    const status = [503, 401, 503, 404, 503][heard.length % 5] ?? 503;
    return new Response(undefined, { status, headers: status === 401 ? { "www-authenticate": challenge } : {} });
  });
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    heard,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function tokenFor(realm: string, repository: string): Promise<string> {
  const answer = await fetch(`${realm}?service=a%20service&scope=repository:${repository}:pull`, {
    headers: { authorization: `Basic ${btoa(`${USER}:${PASSWORD}`)}` },
  });
  return (await answer.json()).token;
}

/** Whole numbers below a limit, the same ones for the same text: FNV-1a and splitmix32. */
function randomNumbers(text: string): (limit: number) => number {
  let state = [...text].reduce((sum, character) => Math.imul(sum ^ character.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return (limit) => {
    state = (state + 0x9e3779b9) | 0;
    const first = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    const second = Math.imul(first ^ (first >>> 15), 0x735a2d97);
    return ((second ^ (second >>> 15)) >>> 0) % limit;
  };
}

function summary(outcomes: readonly Outcome[], heard: number): string {
  const requests = outcomes.flatMap(({ requests }) => requests);
  const faults = Object.groupBy(requests, ({ fault }) => fault ?? "none");
  const counts = Object.entries(faults).map(([kind, of]) => `${kind} ${of?.length}`);
  const failed = outcomes.filter(({ isPublished }) => !isPublished);
  const reports = failed.map(({ report }) => report).join("");
  return `${outcomes.length - failed.length} published, ${failed.length} refused; ${requests.length} requests ` +
    `(${counts.join(", ")}); the canary heard ${heard}\n${reports}`;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
