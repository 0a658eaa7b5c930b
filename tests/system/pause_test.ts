import assert from "node:assert/strict";
import { createPauses } from "../../src/system/pause.ts";

Deno.test("createPauses() lets others have a turn while work goes on, and ends it when it is aborted", async () => {
  const controller = new AbortController();
  const pause = createPauses(controller.signal);
  const timer = setTimeout(() => controller.abort(new Error("enough")));
  const work = async (): Promise<never> => {
    while (true) await pause();
  };
  await assert.rejects(work(), new Error("enough"));
  clearTimeout(timer);
});
