/**
 * Shows what gantry looks like on real terminals: `deno task screens [DIRECTORY]` runs it in tmux at 100, 80, 60, 40 and 25
 * columns, with colours and without, and writes what stands there to `DIRECTORY/NAME-COLUMNS[-plain].txt`;
 * `dist/screens` when left out. `cat` shows the colours. The registry is in this process.
 */
import { join } from "node:path";
import { startFakeRegistry } from "../tests/support/fake_registry.ts";
import { GANTRY } from "../tests/support/processes/gantry_process.ts";
import { onScreen } from "../tests/support/processes/on_screen.ts";
import { tempDirectory } from "../tests/support/temp_directory.ts";
import { tool } from "../tests/support/tools.ts";
import { writeTree } from "../tests/support/tree.ts";

/** How wide the terminals are. */
export const WIDTHS: readonly number[] = [100, 80, 60, 40, 25];

/** What is shown: command lines of gantry, in a directory that has what they name. */
export const SCENES: Readonly<Record<string, string>> = {
  "push": "push big oci-layout:copy --version 1.1.0 --latest",
  "plan": "plan deploy --profile flux --version 1.0.0",
  "consumers": "plan deploy --profile flux --version 1.0.0 --for flux,argocd",
  "list": "list oci-layout:out",
  "list-wide": "list oci-layout:out --wide",
  "inspect": "inspect oci-layout:out:1.0.0 --files",
  "diff": "diff oci-layout:out:1.0.0 big",
  "doctor": "doctor HOST",
  "pull": "pull oci-layout:out:1.0.0 pulled --overwrite",
  "verify": "verify oci-archive:bundle.tar",
  "import": "import oci-archive:bundle.tar oci://HOST/mirror --dry-run",
  "error": "push deploy ghcr.io/acme/app:1.0.0",
  "refused": "push big oci-layout:out --version 1.0.0",
  "help": "help list",
};

/** One look of one scene. */
export interface Shown {
  readonly scene: string;
  readonly columns: number;
  readonly isColored: boolean;
  readonly text: string;
}

if (import.meta.main) {
  const directory = Deno.args[0] ?? "dist/screens";
  await Deno.mkdir(directory, { recursive: true });
  for await (const { scene, columns, isColored, text } of screens({ widths: WIDTHS, isColored: [true, false] })) {
    await Deno.writeTextFile(join(directory, `${scene}-${columns}${isColored ? "" : "-plain"}.txt`), `${text}\n`);
  }
}

/** Which terminals are shown. */
export interface Terminals {
  readonly widths: readonly number[];
  /** Whether there are colours; `true` and `false` are both. */
  readonly isColored: readonly boolean[];
}

/** Shows every scene on these terminals. */
export async function* screens({ widths, isColored: looks }: Terminals): AsyncGenerator<Shown, void, void> {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  await prepare(directory.path);
  for (const columns of widths) {
    for (const isColored of looks) {
      for (const [scene, line] of Object.entries(SCENES)) {
        const typed = [...GANTRY, line.replaceAll("HOST", registry.host)].join(" ");
        const screen = { columns, isColored, cwd: directory.path, env: { HOME: directory.path } };
        yield { scene, columns, isColored, text: await onScreen(typed, screen) };
        await Deno.remove(join(directory.path, "copy"), { recursive: true }).catch(() => {});
      }
    }
  }
}

/** Makes what the scenes name. */
async function prepare(directory: string): Promise<void> {
  await writeTree(directory, {
    "deploy/apps/web/deployment.yaml": "kind: Deployment\n",
    "deploy/apps/web/kubernetes-network-policy.yaml": "kind: NetworkPolicy\n",
    "deploy/README.md": "# Deploy\n",
    "deploy/diagram.png": "",
    "big/app.yaml": "kind: App\n",
  });
  await Deno.writeFile(join(directory, "big/data"), crypto.getRandomValues(new Uint8Array(65_536)));
  const [program = "", ...first] = GANTRY;
  const gantry = (...args: readonly string[]): Promise<string> =>
    tool(program, [...first, ...args], { cwd: directory, env: { HOME: directory } });
  const metadata = ["--source", "https://github.com/acme/app.git", "--revision", `v1.0.0@sha1:${"7".repeat(40)}`];
  const made = [
    ...metadata,
    "--created",
    "2026-01-02T03:04:05Z",
    "--profile",
    "flux",
    "--version",
    "1.0.0",
    "--latest",
  ];
  await gantry("push", "deploy", "oci-layout:out", ...made);
  await gantry("export", "oci-layout:out:1.0.0", "oci-archive:bundle.tar");
}
