import type { CardState } from './cards.editor';

/** An icon never stands alone: the text of the same name says what it means. */
export const stateIcons: Readonly<Record<CardState, string>> = {
  off: 'fa-power-off',
  idle: 'fa-circle-o',
  running: 'fa-refresh',
  stopping: 'fa-hourglass-half',
  interrupted: 'fa-pause-circle',
  succeeded: 'fa-check-circle',
  failed: 'fa-exclamation-circle',
  stopped: 'fa-stop-circle',
};

export const directionIcons = {
  import: 'fa-sign-in',
  export: 'fa-sign-out',
  both: 'fa-exchange',
  other: 'fa-circle-o',
} as const;
