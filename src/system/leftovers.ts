let prepare = (): void => {};

/** Says what is done, once, before this process makes anything that would stay if it were killed. */
export function beforeLeftovers(work: () => void): void {
  prepare = work;
}

/** Is called before anything is made that would stay if this process were killed. */
export function leavingSomething(): void {
  const work = prepare;
  prepare = () => {};
  work();
}
