// Nothing: how long Deno takes to start.
export {};
