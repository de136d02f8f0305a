import type { NodeAPI, NodeDef } from 'node-red';
import { type StoreConfigNode, type StoreSettings, storeSettings, storeType } from '../shell/storeSettings';
import { storeRoutes } from './storeRoutes';

interface StoreConfigDef extends NodeDef {
  /** The only kind there is: on the disk, in this process. */
  kind: 'embedded';
  folder: string;
  keepRuns: number | string;
  keepDays: number | string;
}

export default function register(RED: NodeAPI): void {
  function StoreConfig(this: StoreConfigNode & { store: StoreSettings }, def: StoreConfigDef): void {
    RED.nodes.createNode(this, def);
    this.store = storeSettings(def);
  }
  RED.nodes.registerType(storeType, StoreConfig as never);
  storeRoutes(RED);
}
