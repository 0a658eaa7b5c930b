/** Certificates and their time. Deno 2.6 does not run it: sigstore's mock does not know its names of curves. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createWebClient } from "../../../src/registry/web_client.ts";
import { openKeyless } from "../../../src/sign/keyless/keyless_signer.ts";
import { testContext } from "../../layout/test_context.ts";
import { testClock } from "../../registry/support.ts";
import { identityToken, startSigstore, WORKFLOW } from "../../support/sigstore_server.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

Deno.test("openKeyless() signs with one certificate for as long as it counts, and for as long as the token does", async () => {
  await using directory = await tempDirectory();
  await using sigstore = await startSigstore();
  const signingConfig = join(directory.path, "services.json");
  await Deno.writeTextFile(signingConfig, JSON.stringify(sigstore.signingConfig));
  const clock = testClock(Date.now());
  const token = identityToken();
  const hidden: string[] = [];
  const env = (name: string): string | undefined => name === "SIGSTORE_ID_TOKEN" ? token : undefined;
  const { certify } = await openKeyless({ signingConfig }, { env, hide: (text) => void hidden.push(text), clock });
  assert.deepEqual([new Set(hidden), sigstore.requests], [new Set([token]), []]);
  const { ask, close } = createWebClient({});
  const context = testContext();
  const first = await certify(ask, context);
  assert.deepEqual([first.names, first.own], [WORKFLOW, undefined]);
  clock.advance(8 * MINUTE);
  assert.equal(await certify(ask, context), first);
  // It counts for ten minutes, and the last of them is too short to begin anything.
  clock.advance(1.5 * MINUTE);
  assert.notEqual(await certify(ask, context), first);
  assert.deepEqual(sigstore.requests, ["/api/v2/signingCert", "/api/v2/signingCert"]);
  clock.advance(DAY);
  await assert.rejects(certify(ask, context), { name: "KeyError", message: /SIGSTORE_ID_TOKEN: it has expired at / });
  close();
});
