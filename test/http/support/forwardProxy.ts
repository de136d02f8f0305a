/**
 * A forward proxy as a process of its own: CONNECT for tunnels, absolute URLs for plain HTTP. Prints its port as the
 * first line, then one line for each request: `METHOD target`. With an argument `user:password` it asks for that login.
 */
import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

const login = process.argv[2];
const expected = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const proxy = createServer((incoming, outgoing) => {
  say(`${incoming.method} ${incoming.url}`);
  if (expected !== undefined && incoming.headers['proxy-authorization'] !== expected) {
    outgoing.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
    return;
  }
  const headers = { ...incoming.headers };
  delete headers['proxy-authorization'];
  const onward = request(incoming.url!, { method: incoming.method!, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode!, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(onward);
});

proxy.on('connect', (incoming, socket, head) => {
  say(`CONNECT ${incoming.url}`);
  socket.on('error', () => socket.destroy());
  if (expected !== undefined && incoming.headers['proxy-authorization'] !== expected) {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  const [host, port] = incoming.url!.split(':');
  const onward = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    onward.write(head);
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
});

proxy.listen(0, '127.0.0.1', () => say(String((proxy.address() as AddressInfo).port)));
// Ends with the test that started it, however that one ends.
process.stdin.on('end', () => process.exit(0)).resume();
