import assert from "node:assert/strict";
import { gitlabSection } from "../../../src/cli/ci/gitlab_section.ts";

function section(command: string, ci: string | undefined): string {
  let said = "";
  let now = 1_700_000_000_900;
  const world = {
    env: (name: string): string | undefined => name === "GITLAB_CI" ? ci : undefined,
    stderr: (text: string): void => void (said += text),
  };
  const end = gitlabSection(command, world, () => now);
  said += "Profile generic\n";
  now += 2000;
  end();
  end();
  return said;
}

Deno.test("gitlabSection() folds what a command says, and says when it began and ended, once", () => {
  assert.equal(
    section("push", "true"),
    "\x1b[0Ksection_start:1700000000:gantry_push\r\x1b[0Kgantry push\nProfile generic\n" +
      "\x1b[0Ksection_end:1700000002:gantry_push\r\x1b[0K\n",
  );
});

Deno.test("gitlabSection() writes nothing elsewhere, and for commands that say little", () => {
  assert.equal(section("push", undefined), "Profile generic\n");
  assert.equal(section("list", "true"), "Profile generic\n");
});
