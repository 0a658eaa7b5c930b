import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { tarStore } from "../../../src/layout/tar/store.ts";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import type { Store } from "../../../src/store/store.ts";
import { putSample, sampleOf } from "../../support/store_samples.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { testContext } from "../test_context.ts";

const HOUR = 60 * 60 * 1000;
const [one, two] = ["11111111-2222-3333-4444-555555555555", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"];

/** Makes files that were last written so many hours ago. */
async function leave(directory: string, files: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, hours] of Object.entries(files)) {
    const path = join(directory, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, "half");
    const time = new Date(Date.now() - hours * HOUR);
    await Deno.utime(path, time, time);
  }
}

/** Which of them are still there when an artifact has been added. */
async function leftBy(
  store: Store,
  directory: string,
  files: Readonly<Record<string, number>>,
): Promise<readonly string[]> {
  await using _store = store;
  const context = testContext();
  await putSample(store, sampleOf("new"), ["new"], context);
  await store.commit(context);
  const left: string[] = [];
  for (const name of Object.keys(files)) {
    if (await Deno.lstat(join(directory, name)).then(() => true, () => false)) left.push(name);
  }
  return left;
}

Deno.test("a push into a layout removes what killed processes have left in it for more than a day", async () => {
  await using directory = await tempDirectory();
  const store = (): Store => directoryStore({ kind: "oci-layout", path: directory.path });
  await leftBy(store(), directory.path, {});
  const files = {
    ".gantry-1-old.tmp": 25,
    "blobs/sha256/.gantry-1-old.tmp": 1000,
    ".gantry-1-young.tmp": 23,
    "blobs/sha256/.gantry-1-young.tmp": 0,
    "of-somebody-else.tmp": 1000,
  };
  await leave(directory.path, files);
  assert.deepEqual(await leftBy(store(), directory.path, files), [
    ".gantry-1-young.tmp",
    "blobs/sha256/.gantry-1-young.tmp",
    "of-somebody-else.tmp",
  ]);
});

for (const volumeSize of [undefined, 1024 * 1024]) {
  const what = volumeSize === undefined ? "a tar" : "volumes";
  Deno.test(`writing ${what} removes what killed processes have left beside it for more than a day`, async () => {
    await using directory = await tempDirectory();
    const files = {
      [`b.tar.${one}.partial`]: 25,
      [`b.tar.${two}.partial`]: 1,
      // All of a run that still writes.
      [`b.tar.001.${two}.partial`]: 100,
      [`b.tar.002.${two}.partial`]: 50,
      [`b.tar.001.${one}.partial`]: 100,
      [`other.tar.${one}.partial`]: 100,
      "b.tar.download.partial": 100,
    };
    await leave(directory.path, files);
    const reference = { kind: "oci-archive", path: join(directory.path, "b.tar") } as const;
    const store = tarStore(reference, volumeSize === undefined ? {} : { volumeSize });
    assert.deepEqual(await leftBy(store, directory.path, files), [
      `b.tar.${two}.partial`,
      `b.tar.001.${two}.partial`,
      `b.tar.002.${two}.partial`,
      `other.tar.${one}.partial`,
      "b.tar.download.partial",
    ]);
  });
}

Deno.test("a tar and volumes keep their permission bits when they are replaced", async () => {
  await using directory = await tempDirectory();
  for (const volumeSize of [undefined, 1024 * 1024]) {
    const path = join(directory.path, `${volumeSize}.tar`);
    const file = volumeSize === undefined ? path : `${path}.001`;
    const add = async (text: string): Promise<void> => {
      await using store = tarStore({ kind: "oci-archive", path }, volumeSize === undefined ? {} : { volumeSize });
      await putSample(store, sampleOf(text), [text], testContext());
      await store.commit(testContext());
    };
    await add("one");
    await Deno.chmod(file, 0o640);
    await add("two");
    assert.equal(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o640);
  }
});
