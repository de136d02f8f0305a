import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { FaultKind } from './faults';
import { goodAnswer } from './goodAnswers';
import { callSecrets, type OutsideCall, outsideCalls } from './outsideCalls';

const support = join(__dirname, '..', '..', 'http', 'support');

/** What a server in trouble quotes: all secrets, and somebody's address. */
export const quoted = [...Object.values(callSecrets), 'somebody@quoted.example'];

/** A server at which one kind of call goes wrong, and all others that it needs go well. */
export interface FaultyServer {
  url: string;
  /** Requests of that kind so far. */
  requests(): number;
  close(): Promise<void>;
}

/**
 * @param times how many requests go wrong before the first that goes well; all of them by default
 * @param elsewhere where redirects lead
 */
export async function startFaultyServer(
  call: OutsideCall,
  fault: FaultKind,
  options: { times?: number; elsewhere: string },
): Promise<FaultyServer> {
  if (fault.address === 'nowhere') return unreachable('https://nothing.invalid');
  const { times = Number.POSITIVE_INFINITY, elsewhere } = options;
  let requests = 0;
  const stops: (() => void)[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    for await (const _ of request.iterator({ destroyOnReturn: false }));
    if (!isOf(call, request)) return void sideCall(request, response);
    const good = goodAnswer(call);
    if (++requests > times) return void response.writeHead(200, good.headers).end(good.body);
    const atEnd = (stop: () => void) => void stops.push(stop);
    fault.strike?.({ request, response, good, elsewhere, quoted: quoted.join(' '), atEnd });
  };
  const isTls = fault.address === 'untrusted';
  const listener = (request: IncomingMessage, response: ServerResponse) => void answer(request, response);
  const server = isTls
    ? createTlsServer(
        {
          cert: readFileSync(join(support, 'testServer.pem')),
          key: readFileSync(join(support, 'testServerKey.pem')),
        },
        listener,
      )
    : createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const stop of stops) stop();
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  const url = `${isTls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (fault.address === 'closed') {
    await close();
    return unreachable(url);
  }
  return { url, requests: () => requests, close };
}

function unreachable(url: string): FaultyServer {
  return { url, requests: () => 0, close: async () => undefined };
}

function isOf({ method, path, system }: OutsideCall, request: IncomingMessage): boolean {
  const [asked] = request.url!.split('?') as [string];
  if (request.method !== method) return false;
  return system === 's3' && path !== '/' ? asked.includes(path) : asked === path;
}

/** A token before any call to BlueConic, and a look whether a property is there already before it is made. */
function sideCall(request: IncomingMessage, response: ServerResponse): void {
  const isToken = request.url!.endsWith('/oauth/token');
  const tokenCall = outsideCalls.find(({ name }) => name.endsWith('/oauth/token'))!;
  const { headers, body } = isToken
    ? goodAnswer(tokenCall)
    : { headers: { 'content-type': 'application/json' }, body: '{}' };
  const isListing = request.url!.startsWith('/rest/v2/segments');
  response.writeHead(isToken || isListing ? 200 : 404, headers).end(body);
}
