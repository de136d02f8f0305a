import { exportFields } from '../../src/braze/exportFields';
import { exportFieldTraits } from './fieldTraits';
import type { FieldTraits } from './mappingRowRules';

/** A field of a Braze export, or a part of one, that a row can read. */
export interface ImportFieldPath {
  path: string;
  traits: FieldTraits;
}

const text: FieldTraits = { type: 'text', as: 'one' };
const texts: FieldTraits = { type: 'text', as: 'list' };
const time: FieldTraits = { type: 'time', as: 'one' };
const integer: FieldTraits = { type: 'integer', as: 'one' };
const booleans: FieldTraits = { type: 'boolean', as: 'list' };
const boolean: FieldTraits = { type: 'boolean', as: 'one' };

/**
 * What can be read out of the lists of objects (contracts: braze 4.4), by the field that holds the list. `[name=""]`
 * has a gap for the name of one element.
 */
const parts: { readonly [field: string]: readonly (readonly [part: string, traits: FieldTraits])[] } = {
  user_aliases: [
    ['[alias_label=""].alias_name', text],
    ['[0].alias_name', text],
    ['[0].alias_label', text],
    ['[*].alias_name', texts],
  ],
  custom_events: happenings(),
  purchases: happenings(),
  apps: [
    ['[*].name', texts],
    ['[*].platform', texts],
    ['[*].version', texts],
    ['[name=""].sessions', integer],
    ['[name=""].first_used', time],
    ['[name=""].last_used', time],
    ['[#]', integer],
  ],
  devices: [
    ['[*].model', texts],
    ['[*].os', texts],
    ['[*].carrier', texts],
    ['[*].device_id', texts],
    ['[*].idfa', texts],
    ['[*].idfv', texts],
    ['[*].google_ad_id', texts],
    ['[*].roku_ad_id', texts],
    ['[*].ad_tracking_enabled', booleans],
    ['[0].model', text],
    ['[0].os', text],
    ['[#]', integer],
  ],
  push_tokens: [
    ['[*].app', texts],
    ['[*].platform', texts],
    ['[*].token', texts],
    ['[*].device_id', texts],
    ['[*].notifications_enabled', booleans],
    ['[*].provisionally_opted_in', booleans],
    ['[#]', integer],
  ],
  campaigns_received: [
    ['[*].name', texts],
    ['[*].api_campaign_id', texts],
    ['[*].variation_name', texts],
    ['[#]', integer],
    ['[name=""].last_received', time],
    ['[name=""].converted', boolean],
    ['[name=""].in_control', boolean],
    ['[name=""].variation_name', text],
    ['[name=""].engaged.opened_email', boolean],
    ['[name=""].engaged.clicked_email', boolean],
    ['[name=""].engaged.opened_push', boolean],
    ['[name=""].engaged.clicked_triggered_in_app_message', boolean],
  ],
  canvases_received: [
    ['[*].name', texts],
    ['[*].api_canvas_id', texts],
    ['[*].variation_name', texts],
    ['[#]', integer],
    ['[name=""].last_received_message', time],
    ['[name=""].last_entered', time],
    ['[name=""].last_exited', time],
    ['[name=""].in_control', boolean],
    ['[name=""].variation_name', text],
  ],
  cards_clicked: [
    ['[*].name', texts],
    ['[#]', integer],
  ],
};

/** Every documented field of an export but `custom_attributes`, each followed by its documented parts. */
export function importFieldPaths(): ImportFieldPath[] {
  return exportFields
    .filter(({ field }) => field !== 'custom_attributes')
    .flatMap(({ field }) => [
      { path: field, traits: exportFieldTraits(field) ?? text },
      ...(parts[field] ?? []).map(([part, traits]) => ({ path: field + part, traits })),
    ]);
}

/** Custom events and purchases are counted in the same way. */
function happenings(): (readonly [string, FieldTraits])[] {
  return [
    ['[name=""].count', integer],
    ['[name=""].first', time],
    ['[name=""].last', time],
    ['[*].name', texts],
    ['[#]', integer],
  ];
}
