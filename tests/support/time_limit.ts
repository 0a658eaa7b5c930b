/**
 * Gives every test a limit, so that a run always comes to its end. It is far more than any test needs on a busy
 * machine; one that does a lot says so: `Deno.test(name, { timeout }, fn)`. Deno 2.6 knows no limits.
 */
const LIMIT = 120_000;

/** What Deno looks at on a test's function to learn where the test stands, when that is not where it is registered. */
const LOCATION = Symbol.for("Deno.test.location");

type Body = Deno.TestDefinition["fn"];

const { test } = Deno;
const knowsLimits = Number(Deno.version.deno.split(".")[1]) >= 8;
if (knowsLimits) Object.assign(Deno, { test: Object.assign(limitedTest, test) });

function limitedTest(...given: readonly (string | Body | Partial<Deno.TestDefinition>)[]): void {
  const name = given.find((each) => typeof each === "string");
  const options: Partial<Deno.TestDefinition> = given.find((each) => typeof each === "object") ?? {};
  const body = given.find((each) => typeof each === "function") ?? options.fn;
  if (body === undefined) throw new TypeError("A test has no function");
  const definition = { timeout: LIMIT, ...options, name: name ?? options.name ?? body.name };
  test({ ...definition, fn: Object.assign(body, { [LOCATION]: callSite() }) });
}

/** Where in the test file this was called from, maybe through other modules: `FILE:LINE:COLUMN`. */
function callSite(): string | undefined {
  const lines = (new Error().stack ?? "").split("\n");
  return lines.findLast((line) => line.includes("file:"))?.replace(/^.*?(?=file:)|\)$/g, "");
}
