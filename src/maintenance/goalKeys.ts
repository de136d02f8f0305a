/** Which goal an entry of the store belongs to, as its key says. */

/** Watermarks and files are kept under JSON lists that begin with the id of their goal. */
export function listKeyParts(key: string): string[] {
  try {
    const parts: unknown = JSON.parse(key);
    return Array.isArray(parts) ? parts.map(String) : [];
  } catch {
    return [];
  }
}

/** What the keys of a goal's watermarks and files begin with. */
export function listKeyPrefix(goalId: string): string {
  return `${JSON.stringify([goalId]).slice(0, -1)},`;
}

const goalHead = /^goal\/(.+)\/head$/;
const connectionHead = /^connection\/([^/]+)$/;

/** Whose checkpoint begins with this entry; undefined for the entries that follow it. */
export function checkpointOwner(key: string): { kind: 'goal' | 'connection'; id: string } | undefined {
  const goal = goalHead.exec(key)?.[1];
  if (goal !== undefined) return { kind: 'goal', id: goal };
  const connection = connectionHead.exec(key)?.[1];
  return connection === undefined ? undefined : { kind: 'connection', id: connection };
}

/** The checkpoint entry of a connection's open run. */
export function connectionCheckpointKey(connectionId: string): string {
  return `connection/${connectionId}`;
}
