import assert from "node:assert/strict";
import { errorJson } from "../../../src/cli/output/error_json.ts";
import { exitCode } from "../../../src/cli/output/exit_code.ts";
import { errorReport } from "../../../src/cli/output/error_report.ts";
import { PluginError } from "../../../src/pipeline/plugin_error.ts";
import { StageError } from "../../../src/pipeline/stage_error.ts";
import { TargetsError } from "../../../src/pipeline/target.ts";
import { NotVerifiedError } from "../../../src/sign/not_verified_error.ts";
import { CredentialsRefusedError, RegistryError } from "../../../src/registry/http/registry_error.ts";
import { ConnectionError, type ConnectionProblem } from "../../../src/registry/http/transport.ts";

/** What a token server, whose name is not the registry's, says to a stranger. */
const UNAUTHORIZED = new RegistryError({
  action: "get a token from auth.docker.io",
  method: "GET",
  url: "https://auth.docker.io/token",
  status: 401,
  errors: [{ code: "UNAUTHORIZED", message: "who are you" }],
});

function adviceOf(error: unknown): string | undefined {
  return /^advice: (.*)$/m.exec(errorReport(error))?.[1];
}

Deno.test("errorReport() advises to log in to the registry that the user has named", () => {
  const inTarget = new StageError("upload", "oci://docker.io/acme/app", UNAUTHORIZED);
  const expected = "log in with `gantry login docker.io`, or pass --username and --password-stdin";
  assert.equal(adviceOf(inTarget), expected);
  assert.equal(adviceOf(new StageError("upload", undefined, new TargetsError([inTarget], [], []))), expected);
});

Deno.test("errorReport() says that nothing was tagged when a step cannot bring what it has made", () => {
  const failed = ["oci://a/x", "oci://b/x"].map((url) => new StageError("upload", url, new Error("disk full")));
  const report = (errors: readonly Error[]): string =>
    errorReport(new StageError("tag", "acme:scan", new TargetsError(errors, ["oci-layout:c"], [])));
  const [first = assert.fail()] = failed;
  assert.equal(
    report([first]),
    "error: disk full\n  while uploading to oci://a/x\n  in step acme:scan: nothing was tagged\n",
  );
  assert.equal(
    report(failed),
    "error: disk full\n  while uploading to oci://a/x\nerror: disk full\n  while uploading to oci://b/x\n" +
      "  in step acme:scan: nothing was tagged\n",
  );
});

Deno.test("errorReport() advises to log in to the host that has answered when it knows no other", () => {
  assert.match(adviceOf(UNAUTHORIZED) ?? "", /`gantry login auth\.docker\.io`/);
});

Deno.test("errorReport() does not advise to log in to a host that the registry names", () => {
  const advice = adviceOf(new RegistryError({ ...UNAUTHORIZED, isElsewhere: true }));
  assert.match(advice ?? "", /^the registry has sent the request to another host, which refuses it; /);
  assert.equal(adviceOf(new RegistryError({ ...UNAUTHORIZED, status: 500, isElsewhere: true })), undefined);
});

Deno.test("errorReport() does not speak of permissions when the registry says that the tag is immutable", () => {
  const errors = [{ code: "DENIED", message: "tag is immutable" }];
  assert.match(adviceOf(new RegistryError({ ...UNAUTHORIZED, status: 403, errors })) ?? "", /publish a new version$/);
});

Deno.test("errorReport() does not advise to log in when it was the login that failed", () => {
  const advice = adviceOf(new CredentialsRefusedError("Cannot log in to ghcr.io: UNAUTHORIZED (401)"));
  assert.match(advice ?? "", /^check the user name and the password; /);
});

const CONNECTION_ADVICE: readonly (readonly [problem: ConnectionProblem, advice: RegExp | undefined])[] = [
  ["certificate", /--ca-file/],
  ["certificate-expired", /^the registry needs a new certificate; /],
  ["certificate-host", /^use the name that is in the certificate/],
  ["client-certificate", /--cert-file and --key-file/],
  ["tls", /needs --plain-http$/],
  ["not-http", /^what listens there is no registry, or one that speaks TLS: .* leave --plain-http away$/],
  ["unknown-host", /^check how the name is written/],
  ["refused", /^nobody listens there: check host and port/],
  ["other", undefined],
];

for (const [problem, expected] of CONNECTION_ADVICE) {
  Deno.test(`errorReport() gives ${expected === undefined ? "no advice" : "advice"} on the problem "${problem}"`, () => {
    const advice = adviceOf(new ConnectionError(problem, "Cannot reach ghcr.io: whatever"));
    if (expected === undefined) assert.equal(advice, undefined);
    else assert.match(advice ?? "", expected);
  });
}

Deno.test("errorReport(), errorJson() and exitCode() tell what failed first where cleaning up failed as well", () => {
  const first = new StageError("archive", "generic", new Error("The source is wrong"));
  for (
    const error of [
      new SuppressedError(new Error("Cannot remove it"), new SuppressedError(new Error("Cannot close it"), first)),
      new StageError("archive", "generic", new SuppressedError(new Error("Cannot remove it"), first)),
    ]
  ) {
    assert.equal(errorReport(error), "error: The source is wrong\n");
    assert.equal(errorJson(error).error.message, "The source is wrong");
    assert.equal(exitCode(error, new AbortController().signal), 2);
  }
});

Deno.test("errorReport() advises to make room when a disk is full", () => {
  const full = new Error('Cannot write "/mnt/out/blobs/sha256/a": no space left on device');
  assert.equal(adviceOf(full), "make room on that disk, and run the same again");
  assert.equal(adviceOf(new Error('Cannot write "/mnt/out": permission denied')), undefined);
});

Deno.test("errorReport() and errorJson() tell what a plugin stumbled over, and what it advises", () => {
  const about = { plugin: "acme:gate", stage: "before:archive", path: "app.yaml", hint: "name a version" } as const;
  const failed = new PluginError("nginx:latest is not pinned", { ...about, code: "LATEST" });
  assert.equal(
    errorReport(failed),
    "error: nginx:latest is not pinned\n  at app.yaml\n  in plugin acme:gate (before:archive)\nadvice: name a version\n",
  );
  const { path, hint } = errorJson(failed).error;
  assert.deepEqual({ path, hint }, { path: "app.yaml", hint: "name a version" });
});

Deno.test("errorReport() does not say twice where a result is wrong", () => {
  const wrong = new PluginError("Plugin a (filter) gave a wrong result: drop[0].path is 3", {
    code: "PLUGIN_OUTPUT",
    plugin: "a",
    stage: "filter",
    path: "drop[0].path",
  });
  assert.match(errorReport(wrong), /^error: [^\n]*\nadvice: [^\n]*\n$/);
});

Deno.test("errorReport() says where to look at what signs an artifact, unless it came through a pipe", () => {
  const digest = `sha256:${"a".repeat(64)}` as const;
  const rejected = [{ where: digest, problem: "it is signed by none of the keys" }];
  const error = new NotVerifiedError({ url: "oci://ghcr.io/acme/app", digest }, ["a.pub", "b.pub"], rejected);
  assert.equal(
    errorReport(error),
    `error: Cannot verify oci://ghcr.io/acme/app@${digest}: no signature is by a.pub or b.pub
  ${digest}: it is signed by none of the keys
advice: \`gantry inspect oci://ghcr.io/acme/app@${digest} --referrers\` shows what there is
`,
  );
  assert.equal(adviceOf(new NotVerifiedError({ url: "oci-archive:-", digest }, ["a.pub"], [])), undefined);
});
