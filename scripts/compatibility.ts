/**
 * Writes docs/compatibility.md from what the tests with real consumers said: `deno task consumers` runs them, and calls
 * this with their reports (JUnit's XML). Nothing in the page is written by hand.
 */

/** A consumer, how its tests are found, and which version ran. */
interface TestedConsumer {
  readonly title: string;
  /** What a test's name says when it is about this consumer. */
  readonly named: RegExp;
  /** The part of the tests that run it; everywhere when left out. */
  readonly folder?: string;
  readonly version: () => Promise<string>;
}

const CONSUMERS: readonly TestedConsumer[] = [
  {
    title: "Flux's source-controller and kustomize-controller, on a Kubernetes API server",
    named: /\bFlux\b/,
    folder: "tests/heavy",
    version: () => required("tests/heavy/build/kubernetes/go.mod", "github.com/fluxcd/source-controller"),
  },
  {
    title: "Flux's own code for artifacts and signatures, without a cluster",
    named: /\bFlux\b/,
    folder: "tests/interop",
    version: () => required("tests/interop/flux/go.mod", "github.com/fluxcd/pkg/oci"),
  },
  { title: "flux, the command line", named: /\bflux\b (?!artifact)/, version: () => pinned("FLUX") },
  {
    title: "Argo CD's client for OCI",
    named: /\bArgo CD\b/,
    version: () => required("tests/heavy/build/argocd/go.mod", "github.com/argoproj/argo-cd/v3"),
  },
  { title: "helm", named: /\bhelm\b(?! says)/, version: () => pinned("HELM") },
  { title: "timoni", named: /\btimoni\b/, version: () => pinned("TIMONI") },
  {
    title: "OPA, its bundle downloader",
    named: /\bOPA\b/,
    version: () => required("tests/heavy/build/opa/go.mod", "github.com/open-policy-agent/opa"),
  },
  { title: "conftest", named: /\bconftest\b/, version: () => pinned("CONFTEST") },
  {
    title: "OpenTofu",
    named: /\bOpenTofu\b/,
    version: () => required("tests/heavy/build/opentofu/go.mod", "github.com/opentofu/opentofu"),
  },
  {
    title: "Docker Compose",
    named: /\bDocker Compose\b/,
    version: () => required("tests/heavy/build/compose/go.mod", "github.com/docker/compose/v5"),
  },
  { title: "cue", named: /\bcue\b/, version: () => pinned("CUE") },
  { title: "cosign", named: /\bcosign\b/, version: () => pinned("COSIGN") },
  {
    title: "notation, by the library of its command line",
    named: /\bnotation\b/,
    version: () => required("tests/interop/notation_check/go.mod", "github.com/notaryproject/notation-go"),
  },
  { title: "oras", named: /\boras\b/, version: () => pinned("ORAS") },
  { title: "crane", named: /\bcrane\b/, version: () => pinned("CRANE") },
  { title: "skopeo", named: /\bskopeo\b/, version: () => asked("skopeo", "--version") },
  { title: "buildah, with the code of podman", named: /\bbuildah\b/, version: () => asked("buildah", "--version") },
  { title: "containerd", named: /\bcontainerd\b/, version: () => asked("containerd", "--version") },
  { title: "regctl", named: /\bregctl\b/, version: () => pinned("REGCTL") },
  { title: "umoci", named: /\bumoci\b/, version: () => pinned("UMOCI") },
];

/** What one test said. */
export interface TestOutcome {
  /** The file of the test. */
  readonly file: string;
  /** What was done. */
  readonly name: string;
  readonly outcome: "passed" | "FAILED" | "not run";
}

if (import.meta.main) {
  const outcomes: TestOutcome[] = [];
  for (const path of Deno.args) outcomes.push(...outcomesOf(await Deno.readTextFile(path)));
  await Deno.writeTextFile("docs/compatibility.md", await compatibilityPage(outcomes));
}

/** Writes the page. */
export async function compatibilityPage(outcomes: readonly TestOutcome[]): Promise<string> {
  const sections: string[] = [];
  for (const { title, named, folder = "", version } of CONSUMERS) {
    const rows = outcomes.filter(({ file, name }) => file.startsWith(folder) && named.test(name));
    if (rows.length === 0) continue;
    const lines = rows.map(({ name, outcome }) => `| ${cell(name)} | ${outcome} |`);
    sections.push(
      `## ${title}\n\nVersion: ${await version()}\n\n| what was done | outcome |\n| --- | --- |\n${lines.join("\n")}\n`,
    );
  }
  // What has no section concerns none of the programs above.
  const failed = outcomes.filter(({ outcome }) => outcome !== "passed").length;
  return `# Compatibility

Who takes what gantry publishes, and what gantry takes from others, as the tests with the real programs found it. Each
row is a test: \`deno task consumers\` builds the programs, runs the tests and writes this page from what they said.
${outcomes.length} ran, and ${failed === 0 ? "all of them passed" : `${failed} did not pass`}.

What a consumer accepts and refuses, and what to change: [consumers.md](consumers.md).

${sections.join("\n")}`;
}

/**
 * Reads a report: every test that has no steps, and every step.
 *
 * @param xml JUnit's XML as \`deno test --junit-path\` writes it.
 */
export function outcomesOf(xml: string): readonly TestOutcome[] {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)" classname="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)]
    .map(([, name = "", file = "", body = ""]) => ({ name: unescaped(name), file: file.replace(/^\.\//, ""), body }));
  const leaves = cases.filter(({ name }) => !cases.some((other) => other.name.startsWith(`${name} > `)));
  return leaves.map(({ name, file, body }) => ({
    file,
    name: name.split(" > ").at(-1) ?? name,
    outcome: body.includes("<failure") ? "FAILED" : body.includes("<skipped") ? "not run" : "passed",
  }));
}

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replaceAll(/&(#x?[0-9A-Fa-f]+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith("#")) return entities[name] ?? whole;
    return String.fromCodePoint(Number(name.replace("#x", "0x").replace("#", "")));
  });
}

/** Text in a table: what would end the cell, or begin markup, stands as it is. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/[<>*_`]/g, (char) => `\\${char}`).replaceAll("\n", " ");
}

/** A version of .ci/versions.env. */
async function pinned(name: string): Promise<string> {
  const text = await Deno.readTextFile(".ci/versions.env");
  return new RegExp(`^${name}_VERSION=(\\S+)$`, "m").exec(text)?.[1] ?? unknown(name);
}

/** The version of a module that a program is built from. */
async function required(file: string, module: string): Promise<string> {
  const found = (await Deno.readTextFile(file)).split("\n").map((line) =>
    line.trim().replace(/^require /, "").split(" ")
  )
    .find(([name]) => name === module);
  return found?.[1] ?? unknown(`${module} in ${file}`);
}

/** What a program of the system says of itself. */
async function asked(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: [...args] }).output();
  return /\d+\.\d+\S*/.exec(new TextDecoder().decode(stdout))?.[0] ?? unknown(program);
}

function unknown(what: string): never {
  throw new Error(`Cannot say which version of ${what} ran`);
}
