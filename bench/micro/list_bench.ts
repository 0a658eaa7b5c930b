/**
 * How fast 5,000 tags are listed, against bare requests to the same registry:
 * `deno bench -A bench/micro/list_bench.ts`. Needs distribution 3 as `registry` on PATH.
 */
import { inParallel } from "../../src/work/together.ts";
import { createRegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { testContext } from "../../tests/registry/support.ts";
import { gantryOk } from "../../tests/support/gantry.ts";
import { startRegistry } from "../../tests/support/registry_process.ts";
import { namesOf, putSample, sampleOf } from "../../tests/support/store_samples.ts";

const COUNT = 5000;
const CONCURRENCY = 8;

const { host } = await startRegistry("registry");
const client = createRegistryClient({ host });
const store = registryStore({ reference: { kind: "registry", host, repository: "acme/app" }, client, access: "push" });
const sample = sampleOf("one");
const tags = Array.from({ length: COUNT }, (_, at) => `1.${Math.floor(at / 100)}.${at % 100}`);
await putSample(store, sample, ["latest"], testContext());
await inParallel(tags, 16, (tag) => store.tag(sample.stored, namesOf([tag]), testContext()));
client.close();

const FEW = { group: "5,000 tags", n: 10, warmup: 1 };

Deno.bench("bare requests", { ...FEW, baseline: true }, async () => {
  using http = Deno.createHttpClient({ http1: true, http2: false });
  const found: string[] = [];
  let url: string | undefined = `http://${host}/v2/acme/app/tags/list?n=1000`;
  while (url !== undefined) {
    const answer: Response = await fetch(url, { client: http });
    found.push(...(await answer.json()).tags);
    const next: string | undefined = /<([^>]+)>/.exec(answer.headers.get("link") ?? "")?.[1];
    url = next && new URL(next, url).href;
  }
  await inParallel(found, CONCURRENCY, async (tag) => {
    const headers = { accept: sample.manifest.descriptor.mediaType };
    const answer = await fetch(`http://${host}/v2/acme/app/manifests/${tag}`, {
      client: http,
      method: "HEAD",
      headers,
    });
    await answer.body?.cancel();
  });
});

Deno.bench("gantry list", FEW, async () => {
  await gantryOk(["list", `oci://${host}/acme/app`, "--concurrency", String(CONCURRENCY)]);
});
