import assert from "node:assert/strict";
import { forArtifacts, type Session } from "../../src/verbs/session.ts";
import { spellOption } from "../../src/options/spell.ts";
import { testContext } from "../registry/support.ts";

for (
  const [items, concurrency, atATime, share] of [[10, 4, 4, 1], [2, 4, 2, 2], [1, 4, 1, 4], [3, 4, 3, 1], [
    3,
    1,
    1,
    1,
  ], [0, 4, 0, 0]] as const
) {
  Deno.test(`forArtifacts() works on ${items} artifacts within a limit of ${concurrency}`, async () => {
    const names = Array.from({ length: items }, (_, at) => at);
    const all = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    let given = 0;
    // Only the limit and the context are used.
    const session = { concurrency, spell: spellOption, context: testContext(), access: {} as Session["access"] };
    const results = await forArtifacts(names, session, async (name, inner) => {
      running++;
      most = Math.max(most, running);
      given = Math.max(given, inner.concurrency);
      if (running === atATime) all.resolve();
      await all.promise;
      running--;
      return name;
    });
    assert.deepEqual([results, most, given], [names, atATime, share]);
  });
}
