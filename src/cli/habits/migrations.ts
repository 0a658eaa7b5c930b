/** What people type today, and what they type here. */
export interface Migration {
  readonly tool: string;
  readonly today: string;
  readonly here: string;
  /** What of it has a counterpart here, after the tool's name; all of it when left out. */
  readonly typed?: string;
  /** What is different, where the lines do not show it. */
  readonly note?: string;
}

/**
 * The table of `gantry help migrate` and of the documentation. What is typed today is also understood with `gantry` in
 * the place of the tool's name, as far as it is no command of gantry's own: a test compares what is advised then.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    tool: "flux",
    today: "flux push artifact oci://ghcr.io/acme/app:1.0.0 --path=./deploy --source=URL --revision=REV",
    typed: "push artifact oci://ghcr.io/acme/app:1.0.0 --path=./deploy",
    here: "gantry push ./deploy oci://ghcr.io/acme/app --profile flux --version 1.0.0",
    note: "source and revision come from CI or git; .sourceignore counts, which flux push does not read",
  },
  {
    tool: "flux",
    today: "flux pull artifact oci://ghcr.io/acme/app:1.0.0 -o ./app",
    here: "gantry pull oci://ghcr.io/acme/app:1.0.0 ./app",
  },
  { tool: "flux", today: "flux list artifacts oci://ghcr.io/acme/app", here: "gantry list oci://ghcr.io/acme/app" },
  {
    tool: "flux",
    today: "flux diff artifact oci://ghcr.io/acme/app:1.0.0 --path=./deploy",
    here: "gantry diff oci://ghcr.io/acme/app:1.0.0 ./deploy",
  },
  {
    tool: "flux",
    today: "flux tag artifact oci://ghcr.io/acme/app:1.0.0 --tag stable",
    here: "gantry tag oci://ghcr.io/acme/app:1.0.0 stable",
  },
  {
    tool: "timoni",
    today: "timoni mod push ./module oci://ghcr.io/acme/module -v 1.0.0 --latest",
    here: "gantry push ./module oci://ghcr.io/acme/module --profile timoni --version 1.0.0 --latest",
    note: "timoni sets latest by default, gantry with --latest",
  },
  {
    tool: "timoni",
    today: "timoni mod pull oci://ghcr.io/acme/module -v 1.0.0 -o ./module",
    here: "gantry pull oci://ghcr.io/acme/module:1.0.0 ./module",
  },
  { tool: "timoni", today: "timoni mod list oci://ghcr.io/acme/module", here: "gantry list oci://ghcr.io/acme/module" },
  {
    tool: "helm",
    today: "helm package ./chart && helm push web-0.1.0.tgz oci://ghcr.io/acme/charts",
    typed: "",
    here: "gantry push ./chart oci://ghcr.io/acme/charts",
    note: "the chart's name is added to the repository, as helm does it; it may stand there already",
  },
  {
    tool: "helm",
    today: "helm pull oci://ghcr.io/acme/charts/web --version 0.1.0 --untar",
    here: "gantry pull oci://ghcr.io/acme/charts/web:0.1.0 .",
  },
  {
    tool: "conftest",
    today: "conftest push ghcr.io/acme/policy:1.0.0 --policy ./policy",
    here: "gantry push ./policy oci://ghcr.io/acme/policy --version 1.0.0",
  },
  {
    tool: "conftest",
    today: "conftest pull oci://ghcr.io/acme/policy:1.0.0 -p ./policy",
    here: "gantry pull oci://ghcr.io/acme/policy:1.0.0 ./policy",
  },
  {
    tool: "cue",
    today: "cue mod publish v1.0.0",
    typed: "",
    here: "gantry push ./service oci://ghcr.io/acme/modules --version 1.0.0",
    note: "the registry of CUE_REGISTRY is the target; whether the module is tidy, cue mod tidy --check says",
  },
  {
    tool: "oras",
    today: "oras push ghcr.io/acme/files:1.0.0 ./deploy",
    here: "gantry push ./deploy oci://ghcr.io/acme/files --version 1.0.0",
  },
  {
    tool: "oras",
    today: "oras push --artifact-type=application/vnd.opentofu.modulepkg ghcr.io/acme/net:1.0.0 module.zip:archive/zip",
    typed: "",
    here: "gantry push ./net oci://ghcr.io/acme/net --version 1.0.0",
    note: "of the module's directory, so nobody has to make a zip",
  },
  {
    tool: "oras",
    today: "oras pull ghcr.io/acme/app:1.0.0 -o ./app",
    here: "gantry pull oci://ghcr.io/acme/app:1.0.0 ./app",
  },
  {
    tool: "oras",
    today: "oras cp -r ghcr.io/acme/app:1.0.0 registry.site/acme/app:1.0.0",
    here: "gantry copy oci://ghcr.io/acme/app:1.0.0 oci://registry.site/acme/app:1.0.0 --referrers",
  },
  {
    tool: "oras",
    today: "oras discover ghcr.io/acme/app:1.0.0",
    here: "gantry inspect oci://ghcr.io/acme/app:1.0.0 --referrers",
  },
  { tool: "oras", today: "oras repo tags ghcr.io/acme/app", here: "gantry list oci://ghcr.io/acme/app --all" },
  {
    tool: "oras",
    today: "oras backup ghcr.io/acme/app:1.0.0 --include-referrers -o bundle.tar",
    here: "gantry export oci://ghcr.io/acme/app:1.0.0 oci-archive:bundle.tar",
  },
  {
    tool: "oras",
    today: "oras restore --input bundle.tar registry.site/acme/app:1.0.0",
    here: "gantry import oci-archive:bundle.tar oci://registry.site/acme/app",
    note: "the target is a prefix, and --map puts a repository somewhere else",
  },
  {
    tool: "docker",
    today: "docker save ghcr.io/acme/app:1.0.0 -o app.tar",
    here: "gantry export oci://ghcr.io/acme/app:1.0.0 oci-archive:app.tar",
    note: "from the registry, not from a daemon",
  },
  {
    tool: "docker",
    today: "docker load -i bundle.tar",
    typed: "load -i bundle.tar registry.site/mirror",
    here: "gantry import oci-archive:bundle.tar oci://registry.site/mirror",
  },
  {
    tool: "docker",
    today: "docker tag ghcr.io/acme/app:1.0.0 ghcr.io/acme/app:stable",
    here: "gantry tag oci://ghcr.io/acme/app:1.0.0 stable",
  },
  {
    tool: "skopeo",
    today: "skopeo copy --all docker://ghcr.io/acme/app:1.0.0 docker://registry.site/acme/app:1.0.0",
    here: "gantry copy oci://ghcr.io/acme/app:1.0.0 oci://registry.site/acme/app:1.0.0",
  },
  {
    tool: "skopeo",
    today: "skopeo sync --src docker --dest dir ghcr.io/acme/app ./mirror",
    here: "gantry copy oci://ghcr.io/acme/app oci-layout:./mirror --all-tags --referrers",
    note: "gantry export takes several repositories, and keeps their names",
  },
  {
    tool: "skopeo",
    today: "skopeo list-tags docker://ghcr.io/acme/app",
    here: "gantry list oci://ghcr.io/acme/app --all",
  },
  {
    tool: "crane",
    today: "crane cp ghcr.io/acme/app:1.0.0 registry.site/acme/app:1.0.0",
    here: "gantry copy oci://ghcr.io/acme/app:1.0.0 oci://registry.site/acme/app:1.0.0",
  },
  { tool: "crane", today: "crane ls ghcr.io/acme/app", here: "gantry list oci://ghcr.io/acme/app --all" },
  {
    tool: "crane",
    today: "crane manifest ghcr.io/acme/app:1.0.0",
    here: "gantry inspect oci://ghcr.io/acme/app:1.0.0 --raw",
  },
  {
    tool: "cosign",
    today: "cosign sign --key release.key ghcr.io/acme/app:1.0.0",
    here: "gantry sign oci://ghcr.io/acme/app:1.0.0 --key release.key",
  },
  {
    tool: "cosign",
    today: "cosign verify --key cosign.pub ghcr.io/acme/app:1.0.0",
    here: "gantry verify oci://ghcr.io/acme/app:1.0.0 --key cosign.pub",
  },
  {
    tool: "hauler",
    today: "hauler store add image ghcr.io/acme/app:1.0.0 && hauler store save -f bundle.tar",
    typed: "store add image ghcr.io/acme/app:1.0.0",
    here: "gantry export oci://ghcr.io/acme/app:1.0.0 oci-archive:bundle.tar",
  },
  {
    tool: "hauler",
    today: "hauler store load -f bundle.tar && hauler store copy registry://registry.site/mirror",
    typed: "store copy registry://registry.site/mirror",
    here: "gantry import oci-archive:bundle.tar oci://registry.site/mirror",
  },
  {
    tool: "zarf",
    today: "zarf package create, with the images in zarf.yaml",
    typed: "package create ghcr.io/acme/app:1.0.0 ghcr.io/acme/db:2.1.0 --output bundle.tar",
    here: "gantry export oci://ghcr.io/acme/app:1.0.0 oci://ghcr.io/acme/db:2.1.0 oci-archive:bundle.tar",
    note: "gantry carries artifacts, and deploys nothing",
  },
  {
    tool: "zarf",
    today: "zarf package mirror-resources bundle.tar --registry-url registry.site",
    here: "gantry import oci-archive:bundle.tar oci://registry.site",
  },
];
