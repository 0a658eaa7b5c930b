/**
 * Bad input gets one clear sentence, the right exit code, and leaves nothing behind.
 */
import assert from "node:assert/strict";
import { referenceForms } from "../../../src/oci/reference.ts";
import { join } from "node:path";
import { gantry, type GantryOptions } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

/** One command line: `DIR` stands for a fresh directory with `source/` and `layout` beside it. */
interface Case extends GantryOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: number;
  /** What standard error must hold, `DIR` as above. */
  readonly says: string;
  readonly files?: Readonly<Record<string, string>>;
}

const SOURCE = { "source/a.yaml": "a: 1\n" };

/** Every closed set of words, with one of them misspelt. */
const CLOSED_WORDS: readonly (readonly [line: string, says: string])[] = [
  ["push DIR/source --profile fluxx", 'did you mean "flux"?'],
  ["init DIR/source --profile fluxx", "(Did you mean flux?)"],
  ["plan DIR/source --for argo", 'did you mean "argocd"?'],
  ["plan DIR/source --for flux,crio", 'did you mean "crio-volume"?'],
  ["push DIR/source --compression gz", "(Did you mean gzip?)"],
  ["push DIR/source --symlinks skp", "(Did you mean skip?)"],
  ["push DIR/source -o jsn", "(Did you mean json?)"],
  ["pull oci-layout:DIR/layout:1 DIR/out --names portabel", "(Did you mean portable?)"],
  ["sign oci-layout:DIR/layout:1 --key k --sign-format bundel", "(Did you mean bundle?)"],
  ["attach oci-layout:DIR/layout:1 DIR/source/a.yaml --type spx", 'did you mean "spdx"?'],
  ["plugin init x --stage filtr", "(Did you mean filter?)"],
  ["plugin init x --language pyton", "(Did you mean python?)"],
  ["plugin info ingore", 'did you mean "ignore"?'],
  ["completion bsh", "(Did you mean bash?)"],
  ["list oci-layuot:DIR/layout", 'did you mean "oci-layout:"?'],
];

const CASES: readonly Case[] = [
  {
    name: "a missing source",
    args: ["push", "DIR/nowhere", "oci-layout:DIR/layout"],
    code: 2,
    says: 'error: Cannot read "DIR/nowhere": there is no such file or directory',
  },
  {
    name: "a missing source where there is a configuration",
    files: { "source/gantry.jsonc": "{}" },
    args: ["plan", "DIR/source/nowhere"],
    code: 2,
    says: 'error: Cannot read "DIR/source/nowhere": there is no such file or directory',
  },
  ...[["--ignore-file", "DIR/nope"], ["--sign-key", "DIR/nope"], ["--ca-file", "DIR/nope"], ["--latest"]].map((
    flags,
  ): Case => ({
    name: `what ${flags[0]} says wrong`,
    args: ["push", "DIR/source", "oci-layout:DIR/layout", ...flags],
    code: 2,
    says: "error: Cannot ",
  })),
  {
    name: "what is neither a directory nor a reference beside a layout that is not there",
    args: ["diff", "oci-layout:DIR/layout", "DIR/nowhere"],
    code: 2,
    says: 'error: Cannot compare "DIR/nowhere": it is no directory, and no reference',
  },
  {
    name: "help with what is no command",
    args: ["help", "pushh"],
    code: 2,
    says: "error: Unknown command 'pushh' (Did you mean push?)\n",
  },
  {
    name: "help with what is no topic",
    args: ["help", "registyr"],
    code: 2,
    says:
      "error: Unknown command 'registyr' (Did you mean help registry?)\nadvice: `gantry help` shows what there is\n",
  },
  {
    name: "help with what is near to nothing",
    args: ["help", "nonsense"],
    code: 2,
    says: "error: Unknown command 'nonsense'\nadvice: ",
  },
  {
    name: "help with what is no command of a command",
    args: ["help", "plugin", "infos"],
    code: 2,
    says: "error: Unknown command 'infos' (Did you mean info?)\nadvice: `gantry help plugin` shows what there is\n",
  },
  ...CLOSED_WORDS.map(([line, says]): Case => ({
    name: `a word that is none of several: ${line}`,
    args: line.split(" "),
    code: 2,
    says,
  })),
  {
    name: "a flag's value for a command below another",
    args: ["plugin", "init", "x", "--stage", "nonsense"],
    code: 2,
    says: "advice: `gantry help plugin init` shows what there is\n",
  },
  {
    name: "an empty source",
    files: { "empty/": "" },
    args: ["push", "DIR/empty", "oci-layout:DIR/layout"],
    code: 2,
    says: 'error: Cannot publish "DIR/empty"',
  },
  {
    name: "a source of which everything is ignored",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--ignore", "*.yaml"],
    code: 2,
    says: 'error: Cannot publish "DIR/source": every file was left out, "a.yaml" by *.yaml (--ignore)',
  },
  ...["source/a/.wh.b", "source/a/.wh..wh..opq", "source/a/.wh.d/b"].map((path): Case => ({
    name: `a whiteout in an image, ${path}`,
    files: { [path]: "" },
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--profile", "image"],
    code: 2,
    says: `error: Cannot publish "a/${
      path.split("/")[2]
    }" in an image: a name that begins with ".wh." deletes a file there`,
  })),
  {
    name: "no source",
    args: ["push"],
    code: 2,
    says: "error: There is no source: name a directory, a file or - for standard input\nadvice: a gantry.jsonc here, ",
  },
  {
    name: "no target",
    args: ["push", "DIR/source"],
    code: 2,
    says: "error: There is no target: name one, such as oci://HOST/REPOSITORY or oci-layout:PATH",
  },
  {
    name: "a bad reference",
    args: ["push", "DIR/source", "oci://ghcr.io/Acme/App"],
    code: 2,
    says:
      'error: Cannot parse reference "oci://ghcr.io/Acme/App": "Acme" cannot stand in a repository name, repositories are lower case: "acme"',
  },
  {
    name: "an unknown scheme",
    args: ["push", "DIR/source", "docker://ghcr.io/acme/app"],
    code: 2,
    says:
      `error: Cannot parse reference "docker://ghcr.io/acme/app": unknown scheme "docker:", write ${referenceForms()}`,
  },
  {
    name: "a target without a scheme",
    args: ["push", "DIR/source", "ghcr.io/acme/app:1.0.0"],
    code: 2,
    says: 'error: Cannot parse reference "ghcr.io/acme/app:1.0.0": it has no scheme',
  },
  {
    name: "an unknown profile",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--profile", "fluks"],
    code: 2,
    says: 'error: Cannot use profile "fluks": it must be one of "auto", "generic", ',
  },
  {
    name: "an unknown option",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--latst"],
    code: 2,
    says: "error: Unknown option '--latst' (Did you mean --latest?)",
  },
  {
    name: "an unknown command",
    args: ["pusj"],
    code: 2,
    says: "error: Unknown command 'pusj' (Did you mean push?)",
  },
  ...([
    ["v1.0.0", 'SemVer has no leading "v", write "1.0.0"'],
    ["1.0.0+build", 'build metadata ("+…") cannot stand in an OCI tag'],
    ["01.2.3", "SemVer numbers have no leading zeros"],
    ["1.2", "SemVer has three numbers, such as 1.2.3"],
    ["", "it is empty"],
    ["latest", "it is not SemVer 2, such as 1.2.3 or 1.2.3-rc.1"],
  ] as const).map(([version, problem]): Case => ({
    name: `version ${JSON.stringify(version)}`,
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--version", version],
    code: 2,
    says: `error: Cannot parse version ${JSON.stringify(version)}: ${problem}\n`,
  })),
  {
    name: "--latest=true with a pre-release",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--version", "1.0.0-rc.1", "--latest=true"],
    code: 2,
    says: 'error: Cannot tag the pre-release 1.0.0-rc.1 as "latest"',
  },
  {
    name: "--latest without a version",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--latest"],
    code: 2,
    says: 'error: Cannot tag "latest" without a version',
  },
  {
    name: "a bad tag",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "-t", "v1.0+x"],
    code: 2,
    says: 'error: Cannot parse tag "v1.0+x": "+" is not allowed in an OCI tag',
  },
  {
    name: "an annotation without =",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "-a", "team"],
    code: 2,
    says: "error: Option '-a, --annotation <key=value>' argument 'team' is invalid. It must be KEY=VALUE.",
  },
  {
    name: "a malformed --created",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--created", "yesterday"],
    code: 2,
    says: 'error: Cannot parse time "yesterday": it must be RFC 3339, such as 2024-05-31T12:00:00Z',
  },
  {
    name: "a malformed SOURCE_DATE_EPOCH",
    args: ["push", "DIR/source", "oci-layout:DIR/layout"],
    env: { SOURCE_DATE_EPOCH: "12.5" },
    code: 2,
    says: "error: Cannot parse SOURCE_DATE_EPOCH",
  },
  {
    name: "gzip of level 12",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--compression-level", "12"],
    code: 2,
    says: "error: Cannot use compression level 12 with gzip: 9 is the most",
  },
  {
    name: "zstd for Flux",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--profile", "flux", "--compression", "zstd"],
    code: 2,
    says: 'error: Cannot use compression "zstd" with profile "flux": its consumers read gzip only',
  },
  {
    name: "the same target twice",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "oci-layout:DIR/layout"],
    code: 2,
    says: "error: The target oci-layout:DIR/layout is named twice",
  },
  {
    name: "a layout path that is a file",
    files: { "file": "no layout\n" },
    args: ["push", "DIR/source", "oci-layout:DIR/file", "--version", "1.0.0"],
    code: 1,
    says: "DIR/file",
  },
  {
    name: "a layout path that is another directory",
    files: { "other/notes.txt": "no layout\n" },
    args: ["push", "DIR/source", "oci-layout:DIR/other", "--version", "1.0.0"],
    code: 1,
    says: "DIR/other",
  },
  {
    name: "a layout archive that is no archive",
    files: { "file.tar": "no archive\n" },
    args: ["push", "DIR/source", "oci-archive:DIR/file.tar", "--version", "1.0.0"],
    code: 1,
    says: "DIR/file.tar",
  },
  {
    name: "a name of standard input that is a path",
    args: ["push", "-", "oci-layout:DIR/layout", "--stdin-name", "../x"],
    code: 2,
    says: 'error: Cannot call standard input "../x": it must be the name of a file',
  },
  {
    name: "an annotation that contradicts its own flag",
    args: [
      "push",
      "DIR/source",
      "oci-layout:DIR/layout",
      "--version",
      "1.0.0",
      "-a",
      "org.opencontainers.image.version=2",
    ],
    code: 2,
    says: "error: The annotation org.opencontainers.image.version is given twice: by --annotation and by the version",
  },
  {
    name: "a digest file in no directory",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--digest-file", "DIR/nowhere/digest"],
    code: 2,
    says: 'error: Cannot write "DIR/nowhere/digest" (--digest-file): there is no such file or directory',
  },
  {
    name: "a missing file with authorities",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--ca-file", "DIR/nowhere.pem"],
    code: 2,
    says: 'error: Cannot read "DIR/nowhere.pem": there is no such file or directory',
  },
  {
    name: "a certificate without its key",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--cert-file", "DIR/source/a.yaml"],
    code: 2,
    says: "error: --cert-file and --key-file go together",
  },
  {
    name: "one password for two registries",
    args: ["push", "DIR/source", "oci://one.invalid/a", "oci://two.invalid/a", "--creds", "robot:secret"],
    code: 2,
    says:
      "error: The credentials of --creds are for one registry, and there are several: one.invalid, two.invalid; `gantry login` keeps those of each",
  },
  {
    name: "one password for the two registries of a copy",
    args: ["copy", "oci://one.invalid/a:1", "oci://two.invalid/a", "--creds", "robot:secret"],
    code: 2,
    says:
      "error: The credentials of --creds are for one registry, and there are several: one.invalid, two.invalid; `gantry login` keeps those of each",
  },
  {
    name: "a tar that is compressed with xz",
    files: { "x.tar.xz": "\xfd7zXZ\0" },
    args: ["push", "DIR/x.tar.xz", "oci-layout:DIR/layout"],
    code: 2,
    says: 'error: Cannot read "DIR/x.tar.xz" as a tar',
  },
  {
    name: "a layout that lost its index",
    files: {
      "old/oci-layout": '{"imageLayoutVersion":"1.0.0"}',
      "old/blobs/sha256/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a": "{}",
    },
    args: ["push", "DIR/source", "oci-layout:DIR/old", "--version", "1.0.0"],
    code: 1,
    says: 'error: Cannot read "DIR/old/index.json": it is gone, though there are blobs',
  },
  {
    name: "a link that leaves the source",
    files: { "source/link": "-> /etc/hostname" },
    args: ["push", "DIR/source", "oci-layout:DIR/layout"],
    code: 2,
    says: "link",
  },
  {
    name: "a configuration with a misspelled key",
    files: { "source/gantry.jsonc": '{\n  // what it is\n  "profil": "flux"\n}\n' },
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--config", "DIR/source/gantry.jsonc"],
    code: 2,
    says: 'DIR/source/gantry.jsonc:3:3: unknown key "profil", did you mean "profile"?',
  },
  {
    name: "a configuration of another directory than that in which the user works, before it is read",
    files: { "source/gantry.jsonc": '{ "env": ["HOME"], "source": "${HOME}", "profil": "flux" }\n' },
    args: ["push", "DIR/source", "oci-layout:DIR/layout"],
    code: 2,
    says:
      'error: Cannot use configuration file "DIR/source/gantry.jsonc": it lies neither in the current directory nor ' +
      "in the git repository around it; pass --config DIR/source/gantry.jsonc when you trust it, or --no-config\n",
  },
  {
    name: "a certificate file that never ends",
    args: ["list", "oci://registry.example/app", "--ca-file", "/dev/zero"],
    code: 2,
    says: 'error: Cannot read "/dev/zero": it is a device',
  },
  {
    name: "a credentials file that never ends",
    args: ["list", "oci://registry.example/app", "--registry-config", "/dev/zero"],
    code: 2,
    says: 'error: Cannot read "/dev/zero": it is a device',
  },
  {
    name: "an ignore file that never ends",
    args: ["push", "DIR/source", "oci-layout:DIR/layout", "--ignore-file", "/dev/zero"],
    code: 2,
    says: 'error: Cannot read ignore file "/dev/zero": it is a device',
  },
];

for (const { name, args, code, says, files, ...options } of CASES) {
  Deno.test(`gantry refuses ${name}`, async () => {
    await using directory = await tempDirectory();
    const here = (text: string): string => text.replaceAll("DIR", directory.path);
    for (const [path, content] of Object.entries({ ...SOURCE, ...files })) {
      if (content.startsWith("-> ")) await Deno.symlink(content.slice(3), join(directory.path, path));
      else await writeTree(directory.path, { [path]: content });
    }
    const before = await listing(directory.path);
    const result = await gantry(args.map(here), options);
    assert.ok(result.stderr.includes(here(says)), `expected ${here(says)}\nfound ${result.stderr}`);
    assert.equal(result.code, code, result.stderr);
    assert.equal(result.stdout, "");
    // The environment is read when it is needed.
    if (code === 2 && options.env === undefined) {
      assert.ok(result.stderr.startsWith("error: "), `nothing is said before it: ${result.stderr}`);
    }
    assert.doesNotMatch(result.stderr, /\n\s+at /, "a stack trace is no message");
    assert.deepEqual(await listing(directory.path), before);
  });
}

for (
  const [line, message] of [
    ["inspect", "Missing required argument 'reference'"],
    ["push --profil flux", "Unknown option '--profil' (Did you mean --profile?)"],
    ["attach oci-layout:layout:1", "Required option '--type <type>' not specified"],
    ["pusch", "Unknown command 'pusch' (Did you mean push?)"],
  ] as const
) {
  Deno.test(`gantry ${line} -o json says on standard output what is wrong with the line`, async () => {
    const { code, stdout, stderr } = await gantry([...line.split(" "), "-o", "json"]);
    assert.equal(code, 2);
    assert.deepEqual(JSON.parse(stdout), { error: { message }, errors: [{ message }] });
    assert.ok(stderr.startsWith(`error: ${message}\n`), stderr);
  });
}

async function listing(root: string, below = ""): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(root, below))) {
    const path = join(below, name);
    found.push(path);
    if (isDirectory) found.push(...await listing(root, path));
  }
  return found.sort();
}
