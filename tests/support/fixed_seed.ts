/**
 * Lets properties run with one seed, so that a run says something about the change and not about chance. `GANTRY_SEED`
 * chooses another one; `GANTRY_SEED=random` a new one for each run.
 */
import fc from "fast-check";

const wanted = Deno.env.get("GANTRY_SEED") ?? "20261122";
if (wanted !== "random") fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(wanted) });
