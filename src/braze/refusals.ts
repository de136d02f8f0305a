/** Why one attribute is not sent while the rest of its profile is. Made once per reason, compared by class. */
export class Refusal {
  constructor(readonly reason: string) {}
}

/**
 * What Braze would drop without a word, or take the whole object down for (contracts: braze 2.2, 2.4, 2.5).
 * The reasons are stable codes: they appear in reports and in rejected rows.
 */
export const refusals = {
  /** The name is empty, or has spaces at its ends, which Braze strips. */
  fieldName: new Refusal('field-name'),
  /** A reserved key in other letters would silently become a custom attribute. */
  reservedCasing: new Refusal('reserved-casing'),
  /** Identifiers belong into `match`. */
  identifierField: new Refusal('identifier-field'),
  /** Keys that steer Braze's processing are not attributes. */
  controlField: new Refusal('control-field'),
  /** The field also identifies the user, with another value. */
  identifierInUse: new Refusal('identifier-in-use'),
  /** A field can change once per update. */
  fieldTwice: new Refusal('field-twice'),
  /** Whether the field is empty at Braze is not known here. */
  targetUnknown: new Refusal('target-unknown'),
  cannotClear: new Refusal('cannot-clear'),
  severalValues: new Refusal('several-values'),
  notOneValue: new Refusal('not-one-value'),
  notAnObject: new Refusal('not-an-object'),
  /** Something JSON cannot hold: not a number, a function, a loop. */
  notJson: new Refusal('not-json'),
  addNeedsList: new Refusal('add-needs-list'),
  sumNeedsInteger: new Refusal('sum-needs-integer'),
  /** Scalars and objects in one list. */
  mixedList: new Refusal('mixed-list'),
  /** Braze drops all of an object that has a null somewhere. */
  nullInside: new Refusal('null-inside'),
  /** Nested names: 1 to 255 characters without spaces, dots and dollar signs. */
  nestedName: new Refusal('nested-name'),
  /** A date in an object or list of objects that is not marked with `$time`: Braze would keep it as a text. */
  nestedDate: new Refusal('nested-date'),
  /** A `$time` that is no date, or that stands where no date is marked so: Braze drops all of the object. */
  nestedTime: new Refusal('nested-time'),
  /** Below an attribute only `set` is documented. */
  nestedStrategy: new Refusal('nested-strategy'),
  /** An object that Braze would take for an order (`inc`, `add`, `remove`) instead of a value. */
  operatorName: new Refusal('operator-name'),
  /** The attribute has another type at Braze, by what was sent before, and would not take the value. */
  typeDrift: new Refusal('type-drift'),
  stringOver255: new Refusal('string-over-255'),
  listOver500: new Refusal('list-over-500'),
  over100Kb: new Refusal('over-100-kb'),
} as const;
