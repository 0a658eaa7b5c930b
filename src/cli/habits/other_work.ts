/** What another tool does, and gantry does not. */
export interface OtherWork {
  /**
   * What is typed after the other tool's name; several with commas between them. The name stands in front of what means
   * something else to another tool.
   */
  readonly words: string;
  /** How it is done: the other tool's own words. */
  readonly by: string;
  /** Why not here, and what gantry has beside it; goes on after a colon. */
  readonly why: string;
}

const NO_CLUSTER = "gantry publishes artifacts and applies none to a cluster";
const NO_CHANGE = "gantry changes no artifact that is published, so that its digest and its signatures hold";
const NO_DAEMON =
  "gantry needs no daemon, runs nothing and builds no Dockerfile; `gantry push DIR --profile image` makes an image of files";
const WHOLE =
  "gantry reads and writes whole artifacts; `gantry pull` fetches their files, `gantry push` makes config, layers and manifest";

/** In no order: of several that fit, the longest counts. */
export const OTHER_WORK: readonly OtherWork[] = [
  // Timoni, Flux.
  { words: "mod init", by: "timoni mod init", why: "gantry publishes modules and writes none" },
  {
    words: "mod vet",
    by: "timoni mod vet",
    why: "gantry publishes modules and renders none; `gantry plan DIR --for timoni` says whether timoni takes one",
  },
  { words: "mod vendor, mod show", by: "timoni mod", why: "gantry publishes modules and writes none" },
  { words: "bundle apply, bundle build, bundle delete, bundle vet", by: "timoni bundle", why: NO_CLUSTER },
  { words: "reconcile, bootstrap, create source oci, create kustomization", by: "flux", why: NO_CLUSTER },
  { words: "apply", by: "timoni apply, or kubectl apply", why: NO_CLUSTER },
  // Helm.
  { words: "template, lint", by: "helm template and helm lint", why: "gantry publishes charts and renders none" },
  {
    words: "show, show values, show chart, show readme, show all",
    by: "helm show",
    why: "gantry publishes charts and renders none; `gantry pull REFERENCE DIR` fetches the whole chart",
  },
  {
    words: "dependency, dep, dependencies",
    by: "helm dependency update",
    why: "gantry packs what is in charts/, and fetches nothing into it",
  },
  { words: "helm test, install, upgrade, uninstall, rollback, status", by: "helm", why: NO_CLUSTER },
  {
    words: "repo add, repo update, repo index, search",
    by: "helm repo",
    why: "registries need no index; `gantry list` shows the versions of one chart",
  },
  // Conftest.
  {
    words: "test",
    by: "conftest test",
    why:
      "gantry publishes policies and evaluates none; one that must pass before a push is a plugin: `gantry plugin init NAME --stage before:archive`",
  },
  { words: "fmt, parse", by: "conftest or opa", why: "gantry publishes policies and evaluates none" },
  // ORAS, crane, regctl: parts of artifacts.
  { words: "manifest push, manifest put, manifest create, manifest annotate", by: "oras manifest push", why: WHOLE },
  {
    words: "manifest index, index, index create, index add",
    by: "oras manifest index create",
    why: "gantry publishes no index; `gantry copy` and `gantry tag` take those that others made",
  },
  { words: "manifest fetch-config, config", by: "oras manifest fetch-config, or crane config", why: WHOLE },
  { words: "blob, blob fetch, blob push, blob delete, blob get, blob put, blob head", by: "oras blob", why: WHOLE },
  {
    words: "append",
    by: "crane append",
    why:
      `${NO_CHANGE}; \`gantry push DIR oci://HOST/REPOSITORY --profile image --base oci://HOST/IMAGE\` makes a new image on another`,
  },
  {
    words: "mutate, rebase, flatten, edit, image mod, image mutate",
    by: "crane mutate, or regctl image mod",
    why: NO_CHANGE,
  },
  {
    words: "standalone-sign, standalone-verify",
    by: "skopeo",
    why:
      "those are signatures of another kind; `gantry sign` and `gantry verify --key` are what cosign and Flux understand",
  },
  // Docker.
  { words: "build, buildx build, image build, image push", by: "docker build, or timoni build", why: NO_DAEMON },
  { words: "run, exec, images, ps, compose", by: "docker", why: NO_DAEMON },
  // Hauler, Zarf.
  {
    words: "store info",
    by: "hauler store info",
    why: "gantry keeps no store; `gantry verify oci-archive:FILE` says what a bundle holds, and whether it is whole",
  },
  {
    words: "store serve",
    by: "hauler store serve",
    why: "gantry is no registry; `gantry import` brings a bundle into any",
  },
  {
    words: "store remove, store extract",
    by: "hauler",
    why:
      "a bundle is a layout: `gantry pull oci-archive:FILE:TAG DIR` takes files out of it, and a new `gantry export` leaves an artifact out",
  },
  {
    words: "package remove, package publish, package list, connect, tools, dev",
    by: "zarf",
    why: "gantry carries artifacts, and deploys nothing",
  },
];
