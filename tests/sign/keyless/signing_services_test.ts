import assert from "node:assert/strict";
import { join } from "node:path";
import { signingServices } from "../../../src/sign/keyless/signing_services.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");

interface ServiceJson {
  readonly url: string;
  readonly majorApiVersion?: number;
  readonly operator?: string;
  readonly start?: string;
  readonly end?: string;
}

function service(
  { url, majorApiVersion = 1, operator = "acme.example", start = "2026-01-01", end }: ServiceJson,
): unknown {
  const time = (day: string): string => `${day}T00:00:00Z`;
  const validFor = { start: time(start), ...(end === undefined ? {} : { end: time(end) }) };
  return { url, majorApiVersion, operator, validFor };
}

const CONFIG = {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  caUrls: [service({ url: "https://ca.example" })],
  rekorTlogUrls: [service({ url: "https://log.example" })],
  rekorTlogConfig: { selector: "ANY" },
  tsaUrls: [service({ url: "https://tsa.example/timestamp" })],
  tsaConfig: { selector: "ANY" },
};

/** The services in short. */
async function chosen(config: unknown): Promise<readonly string[]> {
  await using directory = await tempDirectory();
  const path = join(directory.path, "services.json");
  await Deno.writeTextFile(path, JSON.stringify(config));
  const { fulcio, logs, timestampAuthorities } = await signingServices(path, NOW);
  return [
    fulcio.host,
    ...logs.map(({ url, version }) => `${url.host} ${version}`),
    ...timestampAuthorities.map(String),
  ];
}

Deno.test("signingServices() gives the public ones when nobody names others", async () => {
  const { fulcio, logs, timestampAuthorities } = await signingServices(undefined, NOW);
  assert.deepEqual([fulcio.href, logs.map(({ url, version }) => [url.href, version]), timestampAuthorities], [
    "https://fulcio.sigstore.dev/",
    [["https://rekor.sigstore.dev/", 1]],
    [],
  ]);
});

const OLD = service({ url: "https://old.example", start: "2025-01-01" });
const NEW = service({ url: "https://new.example", start: "2026-02-01" });
const OTHER = service({ url: "https://other.example", operator: "other.example" });
const SECOND = service({ url: "https://second.example", majorApiVersion: 2 });

const configs: readonly (readonly [what: string, config: object, expected: readonly string[]])[] = [
  ["one of each", {}, ["ca.example", "log.example 1", "https://tsa.example/timestamp"]],
  ["the newest", { caUrls: [OLD, NEW] }, ["new.example", "log.example 1", "https://tsa.example/timestamp"]],
  [
    "what counts now",
    {
      caUrls: [
        service({ url: "https://gone.example", start: "2025-01-01", end: "2026-05-01" }),
        service({ url: "https://later.example", start: "2027-01-01" }),
        service({ url: "https://unknown.example", majorApiVersion: 9 }),
        OLD,
      ],
    },
    ["old.example", "log.example 1", "https://tsa.example/timestamp"],
  ],
  [
    "the highest version of a log",
    { rekorTlogUrls: [NEW, SECOND] },
    ["ca.example", "second.example 2", "https://tsa.example/timestamp"],
  ],
  [
    "one of each operator, when all are wanted",
    { rekorTlogUrls: [OLD, NEW, OTHER], rekorTlogConfig: { selector: "ALL" } },
    ["ca.example", "new.example 1", "other.example 1", "https://tsa.example/timestamp"],
  ],
  [
    "as many as are wanted",
    { rekorTlogUrls: [NEW, OTHER], rekorTlogConfig: { selector: "EXACT", count: 1 }, tsaUrls: [] },
    ["ca.example", "new.example 1"],
  ],
  ["no log where there is none", { rekorTlogUrls: [] }, ["ca.example", "https://tsa.example/timestamp"]],
];

for (const [what, config, expected] of configs) {
  Deno.test(`signingServices() takes ${what}`, async () => {
    assert.deepEqual(await chosen({ ...CONFIG, ...config }), expected);
  });
}

const unusable: readonly (readonly [what: string, config: unknown, message: RegExp])[] = [
  ["is of another version", { ...CONFIG, mediaType: "v0.1" }, /: its mediaType is not application\/vnd\.dev\.sigstore/],
  ["is no object", [], /^Cannot use ".*services\.json" as a signing configuration: /],
  ["has no authority", { ...CONFIG, caUrls: [] }, /: it names no authority of certificates \(caUrls\) that could be/],
  [
    "has no log that counts now",
    { ...CONFIG, rekorTlogUrls: [service({ url: "https://l", start: "2030-01-01" })] },
    /: none of its rekorTlogUrls could be asked now$/,
  ],
  ["does not say how many", { ...CONFIG, tsaConfig: {} }, /: its tsaConfig does not say how many of them are asked$/],
  [
    "wants more than there are",
    { ...CONFIG, rekorTlogConfig: { selector: "EXACT", count: 2 } },
    /: its rekorTlogConfig wants 2 services, and 1 could be asked now$/,
  ],
  [
    "has nothing that says when",
    { ...CONFIG, rekorTlogUrls: [SECOND], tsaUrls: [] },
    /: nothing in it would say when something was signed: neither a timestamp authority nor a log of version 1$/,
  ],
  ["names no URL", { ...CONFIG, caUrls: [service({ url: "fulcio" })] }, /: "fulcio" is no URL of a service$/],
];

for (const [what, config, message] of unusable) {
  Deno.test(`signingServices() refuses a configuration that ${what}`, async () => {
    await assert.rejects(chosen(config), { name: "KeyError", message });
  });
}
