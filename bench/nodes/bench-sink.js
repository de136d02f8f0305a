/**
 * A sink that takes every row the moment it arrives: what is left is the source. It finds its runs in the registry of
 * the measured package and decides rows by their ref, as a sink of the package does. Plain JavaScript, because the
 * measured process has no TypeScript loader; Node-RED finds it through its setting `nodesDir`.
 */
const { join } = require('node:path');

const shell = join(__dirname, '..', '..', 'dist', 'nodes', 'shell');
const { platform } = require(join(shell, 'platform.js'));
const { addSinkType, sinkClosed, sinkRuns } = require(join(shell, 'sinkDirectory.js'));

const type = 'bench-sink';
addSinkType(type);

module.exports = function register(RED) {
  function BenchSink(def) {
    RED.nodes.createNode(this, def);
    const identity = { id: this.id, name: type, direction: 'other' };
    // A run decides by itself when it is over.
    sinkRuns(this.id, { join: () => undefined });
    this.on('input', ({ payload }, _send, done) => {
      for (const { ref, _ref } of payload) {
        const claim = platform.runs.claim(identity, ref ?? _ref, () => ({}));
        claim?.run.decide(claim.unit, claim.row, 'accepted');
      }
      done();
    });
    this.on('close', () => sinkClosed(this.id));
  }
  RED.nodes.registerType(type, BenchSink);
};
