import { existsSync } from 'node:fs';

/** Parts of the system that a test may need and that npm does not install. */
export type SystemPart = 'browser' | 'tinyproxy';

interface Finding {
  /** Where it is; `undefined`: absent. */
  at: string | undefined;
  /** What would make it present. */
  remedy: string;
}

const browserPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const search: Record<SystemPart, () => Finding> = {
  browser: () => ({
    at: (process.env.CHROMIUM ? [process.env.CHROMIUM] : browserPlaces).find((place) => existsSync(place)),
    remedy: 'install Chromium, or name it in CHROMIUM',
  }),
  tinyproxy: () => ({
    at: ['/usr/bin/tinyproxy'].find((place) => existsSync(place)),
    remedy: 'install tinyproxy',
  }),
};

const found = new Map<SystemPart, Finding>();
const leftOut = new Map<SystemPart, string[]>();

/** Where this part is on this machine; `undefined`: it is absent. */
export function locate(part: SystemPart): string | undefined {
  return finding(part).at;
}

/**
 * A `describe` for tests that cannot run without a system part. Where the part is absent they do not come into being:
 * no pending test, but one line at the end of the run. With `REQUIRE_ALL_PARTS=1` the absence is a failing test.
 * @param body gets the part's place.
 */
export function describeWith(part: SystemPart, title: string, body: (at: string) => void): void {
  const { at, remedy } = finding(part);
  if (at !== undefined) {
    describe(title, () => body(at));
  } else if (process.env.REQUIRE_ALL_PARTS === '1') {
    describe(title, () => {
      it(`needs the system part "${part}"`, () => {
        throw new Error(`The system part "${part}" is absent: ${remedy}.`);
      });
    });
  } else {
    leftOut.set(part, [...(leftOut.get(part) ?? []), title]);
  }
}

/** One line for each absent part, naming what was left out because of it. */
export function leftOutLines(): string[] {
  return [...leftOut].map(
    ([part, titles]) => `left out, no ${part} (${finding(part).remedy}): ${titles.join('; ')}`,
  );
}

function finding(part: SystemPart): Finding {
  const known = found.get(part) ?? search[part]();
  found.set(part, known);
  return known;
}
