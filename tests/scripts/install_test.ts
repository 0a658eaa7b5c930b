/** scripts/install.sh against releases on loopback, whose binary is a small script. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { digestHex, digestOf } from "../../src/oci/digest.ts";
import { writeScript } from "../support/script.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, type ToolResult } from "../support/tools.ts";

const SCRIPT = new URL("../../scripts/install.sh", import.meta.url).pathname;
const FILE = "gantry-x86_64-unknown-linux-gnu";

/** Releases by their path below `/releases/`. */
function startReleases(files: Readonly<Record<string, string>>): AsyncDisposable & { readonly url: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const text = files[new URL(request.url).pathname.slice("/releases/".length)];
    return new Response(text, { status: text === undefined ? 404 : 200 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/releases`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function program(version: string): string {
  return `#!/bin/sh\necho "gantry ${version} $*"\n`;
}

function sums(text: string, name = FILE): string {
  return `${digestHex(digestOf(new TextEncoder().encode(text)))}  ${name}\n`;
}

/** Runs the script on a machine that is Linux on x86_64, with what the tests say of it. */
async function install(
  directory: string,
  { url, ...env }: { readonly url: string } & Readonly<Record<string, string>>,
): Promise<ToolResult> {
  const machine = join(directory, "machine");
  await Deno.mkdir(machine, { recursive: true });
  const uname = [
    'case "$1" in',
    `-s) echo ${env.system ?? "Linux"} ;;`,
    `-m) echo ${env.machine ?? "x86_64"} ;;`,
    "esac",
  ];
  await writeScript(machine, "uname", ...uname);
  const path = `${machine}:${Deno.env.get("PATH")}`;
  return await runTool("sh", [SCRIPT], {
    clearEnv: true,
    env: { PATH: path, HOME: join(directory, "home"), GANTRY_RELEASES: url, ...env },
  });
}

Deno.test("install.sh installs the newest release into ~/.local/bin and says what is not on PATH", async () => {
  await using directory = await tempDirectory();
  const text = program("2.0.0");
  await using releases = startReleases({ "latest/download/SHA256SUMS": sums(text), [`latest/download/${FILE}`]: text });
  const { code, stdout, stderr } = await install(directory.path, { url: releases.url });
  assert.equal(code, 0, stderr);
  const bin = join(directory.path, "home/.local/bin");
  assert.match(stdout, /^gantry 2\.0\.0 version is in .*\/\.local\/bin\/gantry\nIt is not on PATH yet: export PATH=/);
  assert.equal(await Deno.readTextFile(join(bin, "gantry")), text);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(bin))).map(({ name }) => name), ["gantry"]);
});

Deno.test("install.sh takes the release and the place that it is told, and replaces what is there", async () => {
  await using directory = await tempDirectory();
  const text = program("1.2.3");
  await using releases = startReleases({
    "download/v1.2.3/SHA256SUMS": `${sums("other", "gantry-aarch64-apple-darwin")}${sums(text)}`,
    [`download/v1.2.3/${FILE}`]: text,
  });
  const bin = join(directory.path, "bin");
  await Deno.mkdir(bin);
  await Deno.writeTextFile(join(bin, "gantry"), "an old one");
  for (const version of ["1.2.3", "v1.2.3"]) {
    const { code, stderr } = await install(directory.path, {
      url: releases.url,
      GANTRY_BIN: bin,
      GANTRY_VERSION: version,
    });
    assert.equal(code, 0, stderr);
    assert.equal(await Deno.readTextFile(join(bin, "gantry")), text);
  }
});

const REFUSED: Readonly<
  Record<string, {
    readonly files?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly says: RegExp;
  }>
> = {
  "is damaged": {
    files: { "latest/download/SHA256SUMS": sums("what it should be"), [`latest/download/${FILE}`]: program("2.0.0") },
    says: /is damaged: its SHA-256 is [0-9a-f]{64}, and SHA256SUMS says [0-9a-f]{64}; nothing is installed\n$/,
  },
  "is not in the list of checksums": {
    files: { "latest/download/SHA256SUMS": sums("x", `${FILE}.sig`), [`latest/download/${FILE}`]: program("2.0.0") },
    says: /latest\/download\/SHA256SUMS has no gantry-x86_64-unknown-linux-gnu\n$/,
  },
  "cannot be downloaded": {
    files: { "latest/download/SHA256SUMS": sums("x") },
    says: /error: Cannot download http:.*\/latest\/download\/gantry-x86_64-unknown-linux-gnu\n$/,
  },
  "does not run": {
    files: (() => {
      const text = "#!/bin/sh\necho no >&2\nexit 3\n";
      return { "latest/download/SHA256SUMS": sums(text), [`latest/download/${FILE}`]: text };
    })(),
    says: /error: The downloaded gantry does not run on this machine: no\n$/,
  },
  "is of no release": {
    env: { GANTRY_VERSION: "9.9.9" },
    says: /Cannot download http:.*\/download\/v9\.9\.9\/SHA256SUMS\n$/,
  },
  "is for another processor": { env: { machine: "riscv64" }, says: /There is no binary for the processor riscv64/ },
  "is for another system": { env: { system: "FreeBSD" }, says: /There is no binary for FreeBSD/ },
  "has no place": { env: { HOME: "" }, says: /Neither GANTRY_BIN nor HOME is set/ },
};

for (const [what, { files = {}, env = {}, says }] of Object.entries(REFUSED)) {
  Deno.test(`install.sh installs nothing when the binary ${what}`, async () => {
    await using directory = await tempDirectory();
    await using releases = startReleases(files);
    const bin = join(directory.path, "bin");
    await Deno.mkdir(bin);
    await Deno.writeTextFile(join(bin, "gantry"), "an old one");
    const place: Record<string, string> = env.HOME === undefined ? { GANTRY_BIN: bin } : {};
    const { code, stderr } = await install(directory.path, { url: releases.url, ...place, ...env });
    assert.equal(code, 1);
    assert.match(stderr, says);
    assert.equal(await Deno.readTextFile(join(bin, "gantry")), "an old one");
    assert.deepEqual((await Array.fromAsync(Deno.readDir(bin))).map(({ name }) => name), ["gantry"]);
  });
}
