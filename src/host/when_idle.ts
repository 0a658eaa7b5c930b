/** Who wants to hear that nothing is under way any more. */
const waiting = new Set<() => void>();

/**
 * Calls back when the event loop has run dry: nothing is left that could wake the program, and it would end. A program
 * that is still in its top-level await ends without telling anybody.
 *
 * @returns Stops it.
 */
export function whenIdle(idle: () => void): () => void {
  if (waiting.size === 0) addEventListener("beforeunload", tellAll);
  waiting.add(idle);
  return () => {
    waiting.delete(idle);
    if (waiting.size === 0) removeEventListener("beforeunload", tellAll);
  };
}

/** Tells each of them once: who is told and does nothing must not keep the program from its end. */
function tellAll(event: Event): void {
  event.preventDefault();
  removeEventListener("beforeunload", tellAll);
  const told = [...waiting];
  waiting.clear();
  for (const idle of told) idle();
}
