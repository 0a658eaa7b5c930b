/**
 * Puts items in groups, so that everything an item comes after is in a group before its own.
 *
 * What an item comes after counts only where it is an item itself. Items that wait for each other, as those with real
 * digests cannot, are in the last group.
 */
export function dependencyOrder<Key>(after: ReadonlyMap<Key, readonly Key[]>): readonly (readonly Key[])[] {
  const missing = new Map<Key, number>();
  const followers = new Map<Key, Key[]>();
  for (const [key, names] of after) {
    const before = new Set(names.filter((name) => after.has(name)));
    missing.set(key, before.size);
    for (const name of before) {
      const known = followers.get(name);
      if (known === undefined) followers.set(name, [key]);
      else known.push(key);
    }
  }
  const groups: (readonly Key[])[] = [];
  let ready = [...missing].filter(([, count]) => count === 0).map(([key]) => key);
  while (ready.length > 0) {
    groups.push(ready);
    const next: Key[] = [];
    for (const key of ready) {
      missing.delete(key);
      for (const follower of followers.get(key) ?? []) {
        const count = (missing.get(follower) ?? 0) - 1;
        missing.set(follower, count);
        if (count === 0) next.push(follower);
      }
    }
    ready = next;
  }
  return missing.size === 0 ? groups : [...groups, [...missing.keys()]];
}
