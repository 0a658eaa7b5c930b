/**
 * Does something an hour later: the cache trusts no file that was changed a moment ago, and no test waits until it
 * does.
 */
export async function later<T>(work: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => now.call(Date) + 60 * 60 * 1000;
  try {
    return await work();
  } finally {
    Date.now = now;
  }
}
