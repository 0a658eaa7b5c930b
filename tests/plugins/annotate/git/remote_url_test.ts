import assert from "node:assert/strict";
import { parseGitConfig } from "../../../../src/plugins/annotate/git/config.ts";
import { remoteUrl } from "../../../../src/plugins/annotate/git/remote_url.ts";

Deno.test("remoteUrl() gives the URL from which git fetches", () => {
  const origin = '[remote "origin"]\n';
  const cases: readonly (readonly [text: string, branch: string | undefined, url: string | undefined])[] = [
    ["", "main", undefined],
    [`${origin}url = a\nurl = b\n`, "main", "a"],
    [`${origin}url = a\nurl =\nurl = b\nurl = c\n`, "main", "b"],
    [`${origin}url = a\nurl =\n`, "main", undefined],
    [`${origin}pushurl = a\n`, "main", undefined],
    [`${origin}url = gh:a\n[url "https://example.com/"]\ninsteadOf = gh:\n`, "main", "gh:a"],
    ['[remote "x"]\nurl = a\n[branch "main"]\nremote = x\n', "main", "a"],
    ['[remote "x"]\nurl = a\n[branch "main"]\nremote = x\n', "other", undefined],
    ['[remote "x"]\nurl = a\n[branch "main"]\nremote = x\n', undefined, undefined],
    ['[branch "main"]\nremote = .\n', "main", undefined],
  ];
  for (const [text, branch, url] of cases) assert.equal(remoteUrl(parseGitConfig(text), branch)?.value, url, text);
});
