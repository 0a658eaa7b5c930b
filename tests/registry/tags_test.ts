import assert from "node:assert/strict";
import { RegistryError } from "../../src/registry/http/registry_error.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { emptyRepository } from "../support/fake_registry/store.ts";
import { testClient, testContext } from "./support.ts";

/** The tags that a client lists when the registry answers in this way. */
async function list(answer: (url: URL) => Response): Promise<readonly string[]> {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.fault({ times: Infinity, fault: { kind: "answer", answer } });
  return await Array.fromAsync(client.repository("acme/app").tags(testContext()));
}

Deno.test("tags() follows the registry's pages to the end", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const names = Array.from({ length: 2500 }, (_, at) => `v${String(at).padStart(4, "0")}`);
  fake.repositories.set("acme/app", { ...emptyRepository(), tags: new Map(names.map((name) => [name, "sha256:x"])) });
  assert.deepEqual(await Array.fromAsync(client.repository("acme/app").tags(testContext())), names);
  assert.equal(fake.requests.length, 3);
});

Deno.test("tags() understands every valid Link header, and does not take half of a list for all of it", async () => {
  const page = (link: string) => (url: URL): Response =>
    url.searchParams.get("p") === "2"
      ? Response.json({ tags: ["b"] })
      : Response.json({ tags: ["a"] }, { headers: { link } });
  const target = "</v2/acme/app/tags/list?p=2>";
  for (const rest of ['; title="x,y"; rel="next"', ' ; rel = "next"', '; rel="first next"', ";rel=next"]) {
    assert.deepEqual(await list(page(`${target}${rest}`)), ["a", "b"], rest);
  }
  await assert.rejects(list(page(`${target}; rel="next`)), {
    message: /^Cannot list the tags of 127\.0\.0\.1:\d+\/acme\/app: the Link header is not valid$/,
  });
  assert.deepEqual(await list(page('<style.css; rel="preload"')), ["a"]);
});

Deno.test("tags() stops asking when its caller has enough", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const tags = new Map(Array.from({ length: 1500 }, (_, at) => [`v${at}`, "sha256:x"]));
  fake.repositories.set("acme/app", { ...emptyRepository(), tags });
  for await (const _ of client.repository("acme/app").tags(testContext())) break;
  assert.equal(fake.requests.length, 1);
});

Deno.test("tags() gives none for null, and passes over what is no text", async () => {
  assert.deepEqual(await list(() => Response.json({ name: "acme/app", tags: null })), []);
  assert.deepEqual(await list(() => Response.json({ name: "acme/app" })), []);
  assert.deepEqual(await list(() => Response.json({ tags: ["a", 1, null, "b"] })), ["a", "b"]);
});

Deno.test("tags() does not take a page of something else for an empty list", async () => {
  for (
    const [body, said] of [
      ["<html><title>Log in</title></html>", "not a JSON object: Log in"],
      ["<html></html>", "not a JSON object"],
      ["[]", "not a JSON object: []"],
      ["", "empty"],
    ] as const
  ) {
    await assert.rejects(list(() => new Response(body)), (error) => {
      assert.ok(error instanceof RegistryError);
      assert.ok(error.message.includes(`acme/app: HTTP 200, the answer is ${said} (GET `), error.message);
      return true;
    });
  }
});

Deno.test("tags() begins a page again when the connection breaks in its middle", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  fake.repositories.set("acme/app", { ...emptyRepository(), tags: new Map([["v1", "sha256:x"]]) });
  fake.fault({ fault: { kind: "cut-response", after: 5 } });
  assert.deepEqual(await Array.fromAsync(client.repository("acme/app").tags(testContext())), ["v1"]);
});

Deno.test("sec/link-header-cross-origin: a page elsewhere is refused, and nothing is sent there", async () => {
  await using other = startFakeRegistry();
  const listing = list(() => Response.json({ tags: ["a"] }, { headers: { link: `<${other.origin}/x>; rel="next"` } }));
  await assert.rejects(
    listing,
    /Cannot list the tags of 127\.0\.0\.1:\d+\/acme\/app: the next page is at another host, 127\.0\.0\.1:/,
  );
  assert.equal(other.requests.length, 0);
});

Deno.test("sec/link-header-cross-origin: a metadata address is refused", async () => {
  const link = `<http://169.254.169.254/latest>; rel="next"`;
  await assert.rejects(
    list(() => Response.json({ tags: [] }, { headers: { link } })),
    /no registry is at such an address/,
  );
});

Deno.test("sec/infinite-pagination, sec/self-link: pages that go round in circles end", async () => {
  const self = (): Response =>
    Response.json({ tags: ["a"] }, { headers: { link: `</v2/acme/app/tags/list?n=1000>; rel="next"` } });
  await assert.rejects(list(self), /the pages go round in circles/);

  let page = 0;
  const endless = (): Response =>
    Response.json({ tags: [] }, { headers: { link: `</v2/acme/app/tags/list?last=${page++ % 3}>; rel=next` } });
  await assert.rejects(list(endless), /the pages go round in circles/);
});

Deno.test("sec/infinite-pagination: pages that hold nothing end, and so do pages that are too much for memory", async () => {
  let page = 0;
  const next = (): Record<string, string> => ({ link: `</v2/acme/app/tags/list?last=${page++}>; rel=next` });
  await assert.rejects(list(() => Response.json({ tags: [] }, { headers: next() })), {
    name: "RangeError",
    message: /^Cannot list the tags of .*\/acme\/app: more than 100 pages in a row hold nothing$/,
  });
  assert.equal(page, 101);

  page = 0;
  const large = "x".repeat(3_000_000);
  await assert.rejects(list(() => Response.json({ tags: [`v${page}`, large] }, { headers: next() })), {
    name: "RangeError",
    message: /^Cannot list the tags of .*\/acme\/app: they take more than 67108864 bytes$/,
  });
  assert.equal(page, 23);
});
