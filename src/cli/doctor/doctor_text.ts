import { oneLine } from "../output/printable.ts";
import { wrapText } from "../output/wrap_text.ts";
import type { World } from "../world.ts";
import type { DoctoredRegistry, DoctorResult } from "./doctor_result.ts";

/** Writes what `gantry doctor` has found for people: first all of it, then what is wrong. */
export function doctorText(result: DoctorResult, { screen }: Pick<World, "screen">): string {
  const { runtime, configuration, cache, proxies, authorities, credentialPlaces, registry, problems } = result;
  const rows: readonly (readonly [string, string])[] = [
    ["gantry", `${runtime.gantry}${runtime.compiled ? ", compiled" : ""}`],
    ["runtime", `Deno ${runtime.deno}, ${runtime.target}`],
    ["zstd", runtime.zstd ? "yes" : "no: layers can be gzip only"],
    ["configuration", configuration.path ?? "none"],
    ["  looked in", configuration.lookedIn.join(", ")],
    ["cache", cache ?? "none"],
    ["proxies", proxies.map(({ variable, value }) => `${variable}=${value}`).join(", ") || "none"],
    ["authorities", `${authorities.count} from ${authorities.from}, beside those of Deno`],
    ["credentials in", credentialPlaces.join(", ")],
    ...(registry === undefined ? [] : registryRows(registry)),
  ];
  const marks = problems.length === 0 ? ["\u2714 Nothing is wrong"] : problems.map((problem) => `\u2718 ${problem}`);
  const pad = Math.max(...rows.map(([name]) => name.length)) + 2;
  const lines = rows.flatMap(([name, value]) =>
    wrapText(oneLine(value), (screen?.columns() ?? Infinity) - pad).map((line, at) =>
      (at === 0 ? name : "").padEnd(pad) + line
    )
  );
  return `${lines.map((line) => `${line}\n`).join("")}\n${marks.map((mark) => `${oneLine(mark)}\n`).join("")}`;
}

function registryRows(registry: DoctoredRegistry): readonly (readonly [string, string])[] {
  const { host, repository, url, milliseconds, proxy, credentials, alsoIn, asks, referrers, clockAhead } = registry;
  const who = credentials?.username ?? credentials?.kind;
  return [
    ["registry", repository === undefined ? host : `${host}/${repository}`],
    [
      "  answers",
      url !== undefined ? `yes, at ${url}, in ${milliseconds} ms` : asks ? "yes, but does not let us in" : "no",
    ],
    ...(proxy === undefined ? [] : [["  by proxy", `${proxy.url} (${proxy.variable})`]] as const),
    ["  as", credentials === undefined ? "nobody: there are no credentials" : `${who}, from ${credentials.from}`],
    ...(alsoIn === undefined ? [] : [["  also in", alsoIn.join(", ")]] as const),
    ...(asks === undefined ? [] : [["  wants", asks ? "a login" : "no login for a look"]] as const),
    ...(referrers === undefined
      ? []
      : [["  referrers API", referrers ? "yes" : "no: the tag schema is used"]] as const),
    ...(clockAhead === undefined ? [] : [["  clock", clockText(clockAhead)]] as const),
  ];
}

function clockText(ahead: number): string {
  if (Math.abs(ahead) <= 1) return "as here";
  return `${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} ours`;
}
