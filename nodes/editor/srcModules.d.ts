/** Modules of `src` whose types dialogs use are type-checked with them, and load what is heavy by this. No dialog may. */
declare function require(name: string): unknown;
