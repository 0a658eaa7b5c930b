import assert from "node:assert/strict";
import { githubCommands } from "../../../src/cli/ci/github_commands.ts";

const env = (name: string): string | undefined => name === "GITHUB_WORKSPACE" ? Deno.cwd() : undefined;

Deno.test("githubCommands() puts all of an error on one line, so that nothing in it is a command of its own", () => {
  assert.equal(
    githubCommands("error", "error: Cannot do it: 5 % done\n::set-env name=x::y\nadvice: again\n", { env }),
    "::error title=gantry::Cannot do it: 5 %25 done%0A::set-env name=x::y%0Aadvice: again\n",
  );
});

Deno.test("githubCommands() names file, line and column of each problem of a configuration file", () => {
  const text = 'error: gantry.jsonc:3:3: unknown key "profil"\n./a,b/gantry.yaml:14:1: "x" must be a text\n';
  assert.equal(
    githubCommands("error", text, { env }),
    '::error title=gantry,file=gantry.jsonc,line=3,col=3::unknown key "profil"\n' +
      '::error title=gantry,file=a%2Cb/gantry.yaml,line=14,col=1::"x" must be a text\n',
  );
});

Deno.test("githubCommands() leaves a file that is elsewhere as it is", () => {
  assert.match(
    githubCommands("warning", "warning: /etc/gantry.json:1:2: odd\n", { env }),
    /^::warning title=gantry,file=\/etc\/gantry\.json,line=1,col=2::odd\n$/,
  );
});
