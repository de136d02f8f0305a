import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a fault works with. */
export interface FaultScene {
  request: IncomingMessage;
  response: ServerResponse;
  /** The answer that a working server would give. */
  good: { headers: Record<string, string>; body: string };
  /** A host that must never be called. */
  elsewhere: string;
  /** Something that no error may repeat. */
  quoted: string;
  /** Closes whatever is still being sent. */
  atEnd(stop: () => void): void;
}

/** One way for a call to go wrong. */
export interface FaultKind {
  name: string;
  /** For people. */
  about: string;
  /** The call ends by its own deadline only. */
  waits?: true;
  /** `nowhere`: no name; `closed`: no server; `untrusted`: TLS with a certificate that nobody vouches for. */
  address?: 'nowhere' | 'closed' | 'untrusted';
  /** What the server does with the request, once it has read it whole. */
  strike?(scene: FaultScene): void;
}

/** Of one byte each, in a body that takes longer than any call may. */
const slowPieces = 400;
const slowPauseMs = 10;
/** More than any call of the matrix may answer with. */
const giganticBytes = 3_000_000;

function answer(status: number): FaultKind {
  return {
    name: `status ${status}`,
    about: `answers ${status}, and quotes what it was sent`,
    strike: ({ response, quoted, good }) => {
      const isJson = good.headers['content-type'] === 'application/json';
      response.writeHead(status, { 'content-type': isJson ? 'application/json' : 'text/plain' });
      response.end(isJson ? JSON.stringify({ message: quoted, errors: [quoted] }) : quoted);
    },
  };
}

function body(name: string, about: string, make: (scene: FaultScene) => string, type?: string): FaultKind {
  return {
    name,
    about,
    strike: (scene) => {
      const text = Buffer.from(make(scene));
      const headers = type ? { 'content-type': type } : scene.good.headers;
      scene.response.writeHead(200, { ...headers, 'content-length': text.length });
      scene.response.end(text);
    },
  };
}

/** Every way, in the order of the documentation. */
export const faultKinds: readonly FaultKind[] = [
  { name: 'no such name', about: 'the host name cannot be looked up', address: 'nowhere' },
  { name: 'refused', about: 'the host refuses the connection', address: 'closed' },
  { name: 'TLS error', about: 'the certificate is not trusted', address: 'untrusted' },
  {
    name: 'reset',
    about: 'the connection breaks after the request, whether it was processed or not',
    strike: ({ request }) => void request.socket.resetAndDestroy(),
  },
  { name: 'hang', about: 'nothing is ever answered', waits: true, strike: () => undefined },
  {
    name: 'slow body',
    about: 'the answer comes byte by byte',
    waits: true,
    strike: ({ response, good, atEnd }) => {
      // An object has the size that it was listed with.
      const isObject = good.headers['content-type'] === 'application/octet-stream';
      const text = isObject ? good.body : good.body.padEnd(slowPieces, ' ');
      response.writeHead(200, { ...good.headers, 'content-length': text.length });
      let at = 0;
      const timer = setInterval(() => {
        response.write(text[at++] ?? '');
        if (at < text.length) return;
        clearInterval(timer);
        response.end();
      }, slowPauseMs);
      atEnd(() => clearInterval(timer));
    },
  },
  {
    name: 'broken body',
    about: 'the connection breaks in the middle of the answer',
    strike: ({ response, good, request }) => {
      response.writeHead(200, { ...good.headers, 'content-length': good.body.length + 10 });
      response.write(good.body.slice(0, good.body.length / 2), () => request.socket.end());
    },
  },
  ...[400, 401, 403, 404, 408, 413, 415, 429, 500, 502, 503, 504].map(answer),
  body('empty body', 'answers 200 with nothing in it', () => ''),
  body('HTML', 'answers 200 with a web page', () => '<html><body>Log in here</body></html>', 'text/html'),
  body('another form', 'answers 200 with JSON or XML of another form', ({ good }) =>
    good.headers['content-type'] === 'application/json' ? '{"unexpected":true}' : '<Unexpected/>',
  ),
  body('truncated', 'answers 200 with the first half of what it should', ({ good }) =>
    good.body.slice(0, good.body.length / 2),
  ),
  {
    name: 'redirect',
    about: 'sends the call to another host',
    strike: ({ response, elsewhere, request }) => {
      response.writeHead(307, { location: `${elsewhere}${request.url}` }).end();
    },
  },
  {
    name: 'gigantic body',
    about: 'the answer does not come to an end',
    strike: ({ response, good }) => {
      response.writeHead(200, good.headers);
      response.write(good.body.slice(0, -1));
      // In pieces, so that one who stops reading is noticed.
      const piece = ' '.repeat(100_000);
      for (let sent = 0; sent < giganticBytes; sent += piece.length) response.write(piece);
    },
  },
];
