import assert from "node:assert/strict";
import { MIGRATIONS } from "../../../src/cli/habits/migrations.ts";
import { FOREIGN_COMMANDS } from "../../../src/cli/habits/foreign_commands.ts";
import { foreignWords } from "../../../src/cli/habits/foreign_words.ts";
import { OTHER_WORK } from "../../../src/cli/habits/other_work.ts";
import { translate } from "../../../src/cli/habits/translate.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { fakeWorld } from "../fake_world.ts";

const PROGRAM = createProgram(fakeWorld(), () => {});

function line(typed: string): string | undefined {
  return translate(typed.split(" "), PROGRAM)?.line;
}

for (const { today, typed = today.slice(today.indexOf(" ") + 1), here } of MIGRATIONS) {
  if (typed === "") continue;
  Deno.test(`translate() makes of "${typed}" what the help says`, () => {
    assert.equal(line(typed), here);
  });
}

Deno.test("translate() leaves alone what is gantry's own", () => {
  const own = MIGRATIONS.map(({ here }) => here.slice("gantry ".length));
  const more = [
    "push ./deploy oci://h/r -v",
    "pull oci://h/r:1 ./d -o json",
    "list oci://h/r --all",
    "push --bogus",
    "push ./policy oci://h/r --profle opa",
    "pul",
  ];
  for (const typed of [...own, ...more]) assert.equal(line(typed), undefined, typed);
});

Deno.test("foreignWords() finds every command of another tool by its own words, the longest of several", () => {
  for (const each of [...FOREIGN_COMMANDS, ...OTHER_WORK]) {
    for (const words of each.words.split(", ")) {
      const isOwn = PROGRAM.commands.some((command) => command.name() === words);
      assert.equal(isOwn ? each : foreignWords(words.split(" "), PROGRAM), each, words);
    }
  }
  assert.equal(foreignWords(["manifest", "x"], PROGRAM)?.words, "manifest");
  assert.equal(foreignWords(["push"], PROGRAM), undefined);
});

Deno.test("translate() takes no port for a tag", () => {
  assert.equal(line("inventory localhost:5000"), "gantry inventory oci://localhost:5000");
  assert.equal(line("import bundle.tar localhost:5000"), "gantry import oci-archive:bundle.tar oci://localhost:5000");
  assert.equal(line("import oci-archive:bundle.tar oci://localhost:5000"), undefined);
  assert.equal(line("import bundle.tar h:5000/r:1"), "gantry import oci-archive:bundle.tar oci://h:5000/r");
});

Deno.test("translate() keeps what a flag says no with", () => {
  assert.equal(
    line("mod push ./module oci://h/r -v 1.0.0 --latest=false --sign=cosign --cosign-key=k.key"),
    "gantry push ./module oci://h/r --profile timoni --version 1.0.0 --latest=false --sign-key k.key",
  );
});

Deno.test("translate() shows nothing secret", () => {
  const shown = translate("push h.example/r:1 ./deploy --creds me:hunter2".split(" "), PROGRAM);
  assert.equal(shown?.line, "gantry push ./deploy oci://h.example/r:1 --creds USER:PASSWORD");
  const typed = "push h.example/r:1 ./deploy -u me --password hunter2".split(" ");
  assert.equal(translate(typed, PROGRAM)?.line, "gantry push ./deploy oci://h.example/r:1 -u me --password-stdin");
});

Deno.test("translate() writes words that a shell would take apart in quotes", () => {
  assert.equal(
    translate(["push", "oci://h/r", "./my app", "--annotations", "a=it's"], PROGRAM)?.line,
    "gantry push './my app' oci://h/r --annotation 'a=it'\\''s'",
  );
});

Deno.test("translate() says of a flag without a counterpart why", () => {
  const shown = translate("push artifact oci://h/r --path . --reproducible --kubeconfig=x".split(" "), PROGRAM);
  assert.deepEqual(shown?.notes, [
    "--reproducible: not needed, every push is reproducible",
    "--kubeconfig: `gantry push` has no such flag",
  ]);
});
