import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeRedDir } from './places';

/** One message that a runtime sends to its editors. */
export interface CommsMessage {
  topic: string;
  data: unknown;
}

interface Socket {
  on(event: 'open' | 'close', listener: () => void): void;
  on(event: 'message', listener: (data: Buffer) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  send(text: string): void;
  terminate(): void;
}

/** The WebSocket client that the editor's own server uses: Node.js 20 has none. */
function socketClass(): new (url: string) => Socket {
  const editorApi = createRequire(join(nodeRedDir, 'package.json')).resolve('@node-red/editor-api');
  return createRequire(editorApi)('ws') as new (
    url: string,
  ) => Socket;
}

/**
 * Listens to a runtime as an open editor does and keeps what it hears: node statuses (`status/<id>`), deploys
 * (`notification/runtime-deploy`), debug output (`debug`), and topics that nodes publish themselves.
 */
export class Comms {
  readonly messages: CommsMessage[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket, token: string | undefined) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const heard = JSON.parse(String(data)) as CommsMessage[] | { auth?: string };
      if (!Array.isArray(heard)) {
        if (heard.auth === 'ok') this.#askForRetained();
        return;
      }
      this.messages.push(...heard);
    });
    // The runtime may be killed under the connection; whoever waits for a message says so.
    socket.on('error', () => undefined);
    if (token === undefined) this.#askForRetained();
    else socket.send(JSON.stringify({ auth: token }));
  }

  /** @param token sent where the runtime asks for authentication. */
  static async open(url: string, token?: string): Promise<Comms> {
    const socket = new (socketClass())(`${url.replace(/^http/, 'ws')}/comms`);
    await new Promise<void>((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
    });
    return new Comms(socket, token);
  }

  /** What was sent before this connection and still holds: the state of the flows, and the nodes' statuses. */
  #askForRetained(): void {
    for (const topic of ['notification/#', 'status/#']) {
      this.#socket.send(JSON.stringify({ subscribe: topic }));
    }
  }

  /** The data of all messages heard on this topic, oldest first. */
  heard(topic: string): unknown[] {
    return this.messages.filter((message) => message.topic === topic).map((message) => message.data);
  }

  close(): void {
    this.#socket.terminate();
  }
}
