import { isAbsolute, join, relative, sep } from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { SyncError } from '../../src/errors/syncError';
import { wholeNumber } from './configValue';

export const storeType = 'profile-sync-store';
export const defaultFolder = 'profile-sync';

/** How much of the history is kept. */
export interface Retention {
  runs: number;
  /** 0: however old. */
  days: number;
}

export const defaultRetention: Retention = { runs: 200, days: 0 };

/** What a running store node says of itself. */
export interface StoreSettings {
  folder: string;
  retention: Retention;
}

/** A store node as other nodes of ours see it. */
export interface StoreConfigNode extends Node {
  readonly store: StoreSettings;
}

/** What the form of a store node leaves behind. */
export function storeSettings(def: {
  folder?: string;
  keepRuns?: number | string;
  keepDays?: number | string;
}): StoreSettings {
  return {
    folder: (def.folder ?? '').trim() || defaultFolder,
    retention: {
      runs: Math.max(1, wholeNumber(def.keepRuns, defaultRetention.runs)),
      days: wholeNumber(def.keepDays, defaultRetention.days),
    },
  };
}

/**
 * The folder of the chosen store node, or the default one.
 *
 * @throws SyncError SETTING_MISSING where the chosen node is gone or disabled, STORE_FOLDER_INVALID.
 */
export function storeFolder(RED: NodeAPI, storeNodeId?: string): string {
  if (!storeNodeId) return folderIn(userDir(RED), defaultFolder);
  const node = RED.nodes.getNode(storeNodeId) as StoreConfigNode | null;
  // An id that comes with a request may be that of any node, or the name of something of JavaScript's own.
  if (typeof node?.store?.folder === 'string') return folderIn(userDir(RED), node.store.folder);
  throw new SyncError({
    code: 'SETTING_MISSING',
    message: 'The chosen store configuration is gone or disabled.',
    advice: 'Open the node and choose a store, or none for the default one, then deploy.',
  });
}

/** The folders of all running store nodes, and the default one. */
export function storeFolders(RED: NodeAPI): string[] {
  const folders = new Set([storeFolder(RED)]);
  for (const { store } of storeNodes(RED)) {
    if (isInside(userDir(RED), store.folder)) folders.add(join(userDir(RED), store.folder));
  }
  return [...folders];
}

/** What the running store nodes of a folder say about its history; the more generous one where they differ. */
export function retentionOf(RED: NodeAPI, folder: string): Retention {
  const said = storeNodes(RED)
    .filter(({ store }) => join(userDir(RED), store.folder) === folder)
    .map(({ store }) => store.retention);
  if (said.length === 0) return defaultRetention;
  return {
    runs: Math.max(...said.map(({ runs }) => runs)),
    days: said.some(({ days }) => days === 0) ? 0 : Math.max(...said.map(({ days }) => days)),
  };
}

function userDir(RED: NodeAPI): string {
  return RED.settings.userDir ?? process.cwd();
}

function storeNodes(RED: NodeAPI): StoreConfigNode[] {
  const nodes: StoreConfigNode[] = [];
  RED.nodes.eachNode(({ id, type }) => {
    const node = type === storeType ? (RED.nodes.getNode(id) as StoreConfigNode | null) : null;
    if (node) nodes.push(node);
  });
  return nodes;
}

/** A folder inside the user directory: what this package writes stays within what belongs to Node-RED. */
function folderIn(home: string, folder: string): string {
  if (isInside(home, folder)) return join(home, folder);
  throw new SyncError({
    code: 'STORE_FOLDER_INVALID',
    message: 'The folder of a store must be inside the user directory of Node-RED.',
    advice: 'Give a relative name such as "profile-sync".',
  });
}

function isInside(home: string, folder: string): boolean {
  const within = relative(home, join(home, folder));
  return !isAbsolute(folder) && within !== '' && within !== '..' && !within.startsWith(`..${sep}`);
}
