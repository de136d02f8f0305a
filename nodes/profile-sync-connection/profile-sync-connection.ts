import type { Node, NodeAPI } from 'node-red';
import { connectionRoutes } from './connectionRoutes';
import type { ConnectionDef } from './connectionSettings';
import { ConnectionShell } from './connectionShell';

export default function register(RED: NodeAPI): void {
  function Connection(this: Node, def: ConnectionDef): void {
    RED.nodes.createNode(this, def);
    new ConnectionShell(RED, this, def);
  }
  RED.nodes.registerType('profile-sync-connection', Connection as never);
  connectionRoutes(RED);
}
