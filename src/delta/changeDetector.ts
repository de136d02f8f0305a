import type { AskedFields } from '../mapping/compileMapping';
import type { FieldType } from '../mapping/fieldType';
import type { FieldChange, ProfileUpdate } from '../mapping/profileUpdate';
import type { TypeRules } from './attributeTypes';
import type { FieldHasher } from './fieldHasher';
import type { HeldValues } from './heldValues';
import {
  addPart,
  dropParts,
  dropWhole,
  elementPart,
  hasPart,
  hasParts,
  noPrints,
  noValue,
  type ProfilePrints,
  setNoValue,
  setWhole,
  wholeAt,
} from './profilePrints';
import { reservedLow } from './valueHash';

/** What change detection must know of a target. */
export interface ChangeRules {
  /** Which workspace of the system this is, for what is remembered of its profiles; kept as a keyed hash only. */
  readonly workspace: string;
  /** The fields by which the target finds profiles; absent: whatever an update names. */
  readonly identifierFields?: ReadonlySet<string>;
  /** What such a change leaves at the target is not known, so it is sent every time, and its field forgotten. */
  alwaysSent(change: FieldChange): boolean;
  /** The value, or the whole list, as it is compared, where that is not how it is written. */
  comparable(field: string, value: unknown, type?: FieldType): unknown;
  /** As `comparable`, for one element of a list. */
  element?(value: unknown, type?: FieldType): unknown;
  /**
   * The target looks for a profile by every alternative of its update, and creates it where none finds one: all of them
   * name it, and nothing of it may be under way twice, sums included.
   */
  readonly findsByMatch?: boolean;
  /** The target knows by itself whether a field is empty: `setIfEmpty` goes to it unless a value is known to be there. */
  readonly setsIfEmpty?: boolean;
  /** A field is emptied unless it is known to be empty; else only where a value is known, or suspected, to be there. */
  readonly emptiesUnseen?: boolean;
  /** How the target types attributes by their first value; absent where it does not. */
  readonly types?: TypeRules;
  /** What sending this change would cost, in the target's unit. */
  price(change: FieldChange): number;
  /** Reads a record that came from the target itself as what it holds of a profile; undefined for anything else. */
  held?(record: unknown, asked: AskedFields | undefined): HeldValues | undefined;
}

/** Longer updates are written by hand, or about to be refused. */
const placesKept = 1_000;

/** Why a value was left out that may only be written where the target holds none (R14). */
export const targetUnknown = 'target unknown';

/** What of an update is worth sending. */
export interface Compared {
  /** Only the changes that differ; undefined where none does. */
  update: ProfileUpdate | undefined;
  /** Changes that were left out because the target holds them already, and what that saved. */
  same: number;
  saved: number;
  /** Fields that were left out because nobody knows what the target holds. */
  unknown: string[];
  /** What is remembered once the target has accepted the update. */
  next: ProfilePrints | undefined;
}

/**
 * Compares one update with what is remembered of its profile, attribute by attribute (design: change detection).
 *
 * - `set`: sent unless the fingerprint is the same; lists and objects are compared and sent whole.
 * - `clear` without a value: sent only where a value is known to be there; see `emptiesUnseen`.
 * - `add`: only elements that were never accepted or read before.
 * - `setIfEmpty`: sent only where the target is known to hold nothing (R14); see `setsIfEmpty`.
 */
export class ChangeDetector {
  readonly #hasher: FieldHasher;
  readonly #rules: ChangeRules;
  /** What the changes of the update at hand come to, three numbers each as in `ProfilePrints.wholes`. */
  readonly #entries: number[] = [];
  /** The fields of the update before, by place: the next one mostly has the same, and no `Map` need be asked. */
  readonly #names: string[] = [];
  readonly #fields: number[] = [];

  constructor(hasher: FieldHasher, rules: ChangeRules) {
    this.#hasher = hasher;
    this.#rules = rules;
  }

  /**
   * @param known what is remembered of the profile; undefined: nothing.
   * @param repeat send everything without comparing, because nobody knows whether it arrived before (R7), or because it
   * is time to (R10).
   * @param now seconds since 1970.
   */
  compare(update: ProfileUpdate, known: ProfilePrints | undefined, repeat: boolean, now: number): Compared {
    const result: Compared = { update: undefined, same: 0, saved: 0, unknown: [], next: undefined };
    const { changes } = update;
    // Made only where something is left out: mostly all of an update is sent, or hardly anything.
    let left: FieldChange[] | undefined;
    let sending = 0;
    let expected = 0;
    let allWhole = true;
    for (let at = 0; at < changes.length; at++) {
      const change = changes[at]!;
      const field = this.#fieldAt(at, change.field);
      const again =
        repeat || (change.path !== undefined && this.#isReplaced(field, left ?? changes, sending));
      const sent = this.#whatToSend(change, field, known, again, expected, result);
      expected += 3;
      if (sent !== change) left ??= changes.slice(0, at);
      if (sent === undefined) continue;
      allWhole &&= isWhole(sent) && !this.#rules.alwaysSent(sent);
      this.#entries[sending * 3] = field;
      this.#entries[sending * 3 + 1] = this.#hasher.low;
      this.#entries[sending * 3 + 2] = this.#hasher.high;
      sending++;
      left?.push(sent);
    }
    if (sending === 0 && !hasMore(update)) return result;
    result.update = left ? { ...update, changes: left } : update;
    const next = known ? copyOf(known) : noPrints();
    next.acceptedAt = now;
    if (!known || repeat) next.fullAt = now;
    if (update.allowCreate) next.confirmed = true;
    // What is known of nothing cannot stand twice in it: no need to look.
    if (!known && allWhole) next.wholes = this.#entries.slice(0, sending * 3);
    else this.#enter(left ?? changes, next);
    result.next = next;
    return result;
  }

  #fieldAt(at: number, name: string): number {
    if (this.#names[at] === name) return this.#fields[at]!;
    const field = this.#hasher.field(name);
    if (at < placesKept) {
      this.#names[at] = name;
      this.#fields[at] = field;
    }
    return field;
  }

  /** Does the update itself replace the whole of what this change is a part of? */
  #isReplaced(field: number, sent: readonly FieldChange[], sending: number): boolean {
    for (let n = 0; n < sending; n++)
      if (this.#entries[n * 3] === field && sent[n]!.path === undefined) return true;
    return false;
  }

  /** What is remembered where nobody knows whether these changes arrived: that nothing is sure of their fields. */
  afterUnknown(sent: readonly FieldChange[], known: ProfilePrints | undefined): ProfilePrints {
    const next = known ? copyOf(known) : noPrints();
    for (const { field } of sent) forget(next, this.#hasher.field(field));
    return next;
  }

  /** What is remembered where the target has taken all of these changes but some fields. */
  without(next: ProfilePrints, fields: Iterable<string>): ProfilePrints {
    for (const field of fields) forget(next, this.#hasher.field(field));
    return next;
  }

  #whatToSend(
    change: FieldChange,
    field: number,
    known: ProfilePrints | undefined,
    repeat: boolean,
    expected: number,
    result: Compared,
  ): FieldChange | undefined {
    const { strategy, values, path } = change;
    if (values.length === 0 && strategy !== 'clear') return undefined;
    if (this.#rules.alwaysSent(change)) return change;
    if (strategy === 'setIfEmpty') return this.#ifEmpty(change, field, known, repeat, result);
    if (strategy === 'add') return this.#newElements(change, field, known, repeat, result);
    if (values.length === 0) {
      return repeat || this.#isToEmpty(field, path, known) ? change : this.#leaveOut(change, result);
    }
    this.#hasher.value(this.#comparable(change));
    if (repeat || known === undefined) return change;
    const { low, high } = this.#hasher;
    if (path !== undefined) {
      return hasPart(known, field, this.#hasher.part(path), low, high)
        ? this.#leaveOut(change, result)
        : change;
    }
    const { wholes } = known;
    const at = wholeAt(wholes, field, expected);
    if (at >= 0 && wholes[at + 1] === low && wholes[at + 2] === high) return this.#leaveOut(change, result);
    return change;
  }

  #leaveOut(change: FieldChange, result: Compared): undefined {
    result.same++;
    result.saved += this.#rules.price(change);
    return undefined;
  }

  #isToEmpty(field: number, path: readonly string[] | undefined, known: ProfilePrints | undefined): boolean {
    if (this.#rules.emptiesUnseen) return emptiness(known, field, false) !== 'empty';
    return known !== undefined && holdsSomething(known, field, path, this.#hasher.part(path));
  }

  #ifEmpty(
    change: FieldChange,
    field: number,
    known: ProfilePrints | undefined,
    repeat: boolean,
    result: Compared,
  ): FieldChange | undefined {
    if (this.#rules.setsIfEmpty) {
      const isFull = !repeat && emptiness(known, field, false) === 'full';
      return isFull ? this.#leaveOut(change, result) : change;
    }
    switch (emptiness(known, field, change.type === 'boolean')) {
      case 'full':
        return this.#leaveOut(change, result);
      case 'unknown':
        result.unknown.push(change.field);
        return undefined;
      case 'empty':
        this.#hasher.value(this.#comparable(change));
        return { ...change, strategy: 'set' };
    }
  }

  #newElements(
    change: FieldChange,
    field: number,
    known: ProfilePrints | undefined,
    repeat: boolean,
    result: Compared,
  ): FieldChange | undefined {
    if (repeat || known === undefined) return change;
    const values = change.values.filter((value) => {
      this.#hasher.value(this.#element(change, value));
      return !hasPart(known, field, elementPart, this.#hasher.low, this.#hasher.high);
    });
    if (values.length === 0) return this.#leaveOut(change, result);
    if (values.length === change.values.length) return change;
    // Which elements they are makes no difference to what they would have cost.
    result.saved += this.#rules.price({ ...change, values: change.values.slice(values.length) });
    return { ...change, values };
  }

  /** Enters what was sent into what is remembered. */
  #enter(sent: readonly FieldChange[], next: ProfilePrints): void {
    for (let at = 0; at < sent.length; at++) {
      const change = sent[at]!;
      const field = this.#entries[at * 3]!;
      const low = this.#entries[at * 3 + 1]!;
      const high = this.#entries[at * 3 + 2]!;
      if (this.#rules.alwaysSent(change)) forget(next, field);
      else if (change.strategy === 'add') this.#addElements(next, field, change);
      else if (change.strategy === 'setIfEmpty') {
        dropParts(next, field);
        setNoValue(next, field, 'somebodys');
      } else if (change.path !== undefined) {
        const part = this.#hasher.part(change.path);
        dropParts(next, field, part);
        // The object as a whole is another now, or is left with what nobody has counted.
        if (change.values.length > 0) dropWhole(next, field);
        else setNoValue(next, field, 'unsure');
        if (change.values.length > 0) addPart(next, field, part, low, high);
      } else {
        dropParts(next, field);
        if (change.values.length === 0) setNoValue(next, field, 'emptiedByUs');
        else setWhole(next, field, low, high);
      }
    }
  }

  #addElements(next: ProfilePrints, field: number, change: FieldChange): void {
    dropWhole(next, field);
    for (const value of change.values) {
      this.#hasher.value(this.#element(change, value));
      const { low, high } = this.#hasher;
      if (!hasPart(next, field, elementPart, low, high)) addPart(next, field, elementPart, low, high);
    }
  }

  #comparable({ field, as, values, type }: FieldChange): unknown {
    return this.#rules.comparable(field, as === 'list' ? values : values[0], type);
  }

  #element({ type }: FieldChange, value: unknown): unknown {
    return this.#rules.element ? this.#rules.element(value, type) : value;
  }
}

/** The change leaves one value in one field, and nothing else. */
function isWhole({ strategy, values, path }: FieldChange): boolean {
  return values.length > 0 && path === undefined && strategy !== 'add' && strategy !== 'setIfEmpty';
}

function hasMore({ events, purchases }: ProfileUpdate): boolean {
  return (events?.length ?? 0) + (purchases?.length ?? 0) > 0;
}

function copyOf(prints: ProfilePrints): ProfilePrints {
  return { ...prints, wholes: prints.wholes.slice(), parts: prints.parts.slice() };
}

function forget(prints: ProfilePrints, field: number): void {
  dropParts(prints, field);
  setNoValue(prints, field, 'unsure');
}

/** Is a value there, or may one be, that emptying the field would remove? */
function holdsSomething(
  known: ProfilePrints,
  field: number,
  path: readonly string[] | undefined,
  part: number,
): boolean {
  if (path !== undefined) {
    for (let at = 0; at < known.parts.length; at += 4)
      if (known.parts[at] === field && known.parts[at + 1] === part) return true;
    return false;
  }
  const at = wholeAt(known.wholes, field, known.wholes.length);
  if (at >= 0) return known.wholes[at + 1] !== reservedLow || known.wholes[at + 2]! >= noValue.unsure;
  return hasParts(known, field);
}

/** A boolean that was not exported may be false as well as absent (contracts: blueconic 1.3). */
function emptiness(
  known: ProfilePrints | undefined,
  field: number,
  isBoolean: boolean,
): 'empty' | 'full' | 'unknown' {
  if (!known) return 'unknown';
  const at = wholeAt(known.wholes, field, known.wholes.length);
  const asRead = isBoolean ? 'unknown' : 'empty';
  if (at < 0) {
    if (hasParts(known, field)) return 'full';
    return known.complete ? asRead : 'unknown';
  }
  if (known.wholes[at + 1] !== reservedLow) return 'full';
  switch (known.wholes[at + 2]) {
    case noValue.emptiedByUs:
      return 'empty';
    case noValue.readEmpty:
      return asRead;
    case noValue.somebodys:
      return 'full';
    default:
      return 'unknown';
  }
}
