/**
 * Loaded into the measured process before everything else (`node --require`). A chain of 1 ms timers notes how long
 * each gap between two of its turns is; every GET on 127.0.0.1:$BENCH_PROBE_PORT answers what was noted since the one
 * before, as {gaps: [[upToMs, totalMs]], maxGapMs, cpuUs, wallMs}, and starts anew. Plain JavaScript, because the measured process
 * has no TypeScript loader.
 */
const { createServer } = require('node:http');
const { isMainThread } = require('node:worker_threads');

const classesPerMs = 10;
const longestClass = 60_000 * classesPerMs;

/** Time spent in gaps, by length class: flat memory however long the process runs. */
let classes = new Map();
let maxGapMs = 0;
let cpu = process.cpuUsage();
let since = performance.now();
let last = since;

function turn() {
  const now = performance.now();
  const gap = now - last;
  last = now;
  const index = Math.min(longestClass, Math.ceil(gap * classesPerMs));
  classes.set(index, (classes.get(index) ?? 0) + gap);
  if (gap > maxGapMs) maxGapMs = gap;
  setTimeout(turn, 1).unref();
}

function take() {
  const used = process.cpuUsage(cpu);
  const figures = {
    gaps: [...classes].map(([index, total]) => [index / classesPerMs, total]),
    maxGapMs,
    cpuUs: used.user + used.system,
    wallMs: performance.now() - since,
  };
  classes = new Map();
  maxGapMs = 0;
  cpu = process.cpuUsage();
  since = performance.now();
  return figures;
}

if (isMainThread) {
  createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(take()));
  })
    .listen(Number(process.env.BENCH_PROBE_PORT), '127.0.0.1')
    .unref();
  turn();
}
