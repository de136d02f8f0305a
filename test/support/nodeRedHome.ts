import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from './places';

/** A user of a runtime with authentication on. The password is also accepted as a bearer token. */
export interface NodeRedUser {
  name: string;
  password: string;
  /** Node-RED's own notation: `'*'`, `'read'`, or a list such as `['flows.read']`. */
  permissions: string | string[];
}

export type NodeRedLogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** One line of a runtime's log. */
export interface NodeRedLogEntry {
  level: NodeRedLogLevel | 'fatal';
  /** Milliseconds since 1970. */
  timestamp: number;
  text: string;
  /** The node that logged it, where a node did. */
  id?: string;
  type?: string;
}

export interface HomeOptions {
  port: number;
  /** Absent: no authentication. */
  users?: NodeRedUser[];
  logLevel?: NodeRedLogLevel;
  /** Where the package lies that is installed; default: this checkout. */
  packageFolder?: string;
  /** More settings; plain JSON. They win over the harness's own. */
  settings?: Record<string, unknown>;
  /** Source texts of node modules that the user directory holds itself, by name: `module.exports = (RED) => …`. */
  ownNodes?: Record<string, string>;
  /** False: without this package, for comparison. */
  withPackage?: boolean;
}

/**
 * Everything that one Node-RED keeps on disk: a temporary user directory in which this package is installed as a link,
 * its settings, its log, and the messages that flows under test handed over (see `flowProbe.ts`). It outlives a
 * restart of the runtime.
 */
export class NodeRedHome {
  readonly dir = mkdtempSync(join(tmpdir(), 'profile-sync-node-red-'));
  readonly settingsFile = join(this.dir, 'settings.js');
  readonly #logFile = join(this.dir, 'log.ndjson');
  readonly #observedFile = join(this.dir, 'observed.ndjson');

  constructor(options: HomeOptions) {
    if (options.withPackage !== false) this.#linkPackage(options.packageFolder ?? packageRoot);
    this.#writeNodes(options.ownNodes ?? {});
    writeFileSync(this.settingsFile, this.#settingsModule(options));
  }

  /** The log since the first start, oldest first. */
  log(): NodeRedLogEntry[] {
    return readLines(this.#logFile) as NodeRedLogEntry[];
  }

  /** The messages handed over so far under this name, oldest first. */
  observed(name: string): Record<string, unknown>[] {
    const lines = readLines(this.#observedFile) as { name: string; msg: Record<string, unknown> }[];
    return lines.filter((line) => line.name === name).map((line) => line.msg);
  }

  /** Forgets the messages handed over so far, so that names can be used again. */
  forgetObserved(): void {
    writeFileSync(this.#observedFile, '');
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  #linkPackage(folder: string): void {
    const { name } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { name: string };
    const link = join(this.dir, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(folder, link, 'junction');
    const manifest = {
      name: 'node-red-project',
      private: true,
      dependencies: { [name]: `file:${folder}` },
    };
    writeFileSync(join(this.dir, 'package.json'), JSON.stringify(manifest));
  }

  /** Node-RED loads a module only where a page of the editor stands beside it. */
  #writeNodes(modules: Record<string, string>): void {
    for (const [name, source] of Object.entries(modules)) {
      mkdirSync(join(this.dir, 'nodes'), { recursive: true });
      writeFileSync(join(this.dir, 'nodes', `${name}.js`), source);
      writeFileSync(join(this.dir, 'nodes', `${name}.html`), '<script type="text/javascript"></script>');
    }
  }

  #settingsModule({ port, users, logLevel = 'info', settings }: HomeOptions): string {
    const plain = {
      uiHost: '127.0.0.1',
      uiPort: port,
      userDir: this.dir,
      flowFile: 'flows.json',
      credentialSecret: 'a secret for throw-away flows',
      // The editor would otherwise call outside hosts and open its tour over what a test wants to click.
      editorTheme: { tours: false, palette: { catalogues: [] } },
      telemetry: { enabled: false, updateNotification: false },
      externalModules: { palette: { allowInstall: false } },
      ...settings,
    };
    return `
const { appendFileSync } = require('node:fs');
const levels = { 10: 'fatal', 20: 'error', 30: 'warn', 40: 'info', 50: 'debug', 60: 'trace' };
const textOf = (msg) => (msg && (msg.stack || msg.message)) || (typeof msg === 'string' ? msg : JSON.stringify(msg));
module.exports = {
  ...${JSON.stringify(plain)},
  logging: {
    console: { level: 'off', metrics: false, audit: false },
    file: {
      level: ${JSON.stringify(logLevel)}, metrics: false, audit: false,
      handler: () => ({ level, timestamp, msg, id, type }) => appendFileSync(
        ${JSON.stringify(this.#logFile)},
        JSON.stringify({ level: levels[level], timestamp, text: String(textOf(msg)), id, type }) + '\\n',
      ),
    },
  },
  functionGlobalContext: {
    observe: (name, msg) => appendFileSync(
      ${JSON.stringify(this.#observedFile)}, JSON.stringify({ name, msg }) + '\\n',
    ),
  },
  ${users ? authentication(users) : ''}
};
`;
  }
}

function authentication(users: NodeRedUser[]): string {
  return `adminAuth: (() => {
    const users = ${JSON.stringify(users)};
    const find = (matches) => {
      const user = users.find(matches);
      return Promise.resolve(user ? { username: user.name, permissions: user.permissions } : null);
    };
    return {
      type: 'credentials',
      users: (name) => find((user) => user.name === name),
      authenticate: (name, password) => find((user) => user.name === name && user.password === password),
      tokens: (token) => find((user) => user.password === token),
    };
  })(),`;
}

/** A line still being written is left for the next look. */
function readLines(file: string): unknown[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
