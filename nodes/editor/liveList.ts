import { post } from './adminApi';
import type { Choice, ChoiceSource } from './choices';
import type { Draft } from './draft';
import { attributeTraits, propertyTraits } from './fieldTraits';

/** The lists that the server fetches from the outside systems. */
export type LiveList =
  | 'braze-segments'
  | 'braze-campaigns'
  | 'braze-attributes'
  | 's3-buckets'
  | 'blueconic-segments'
  | 'blueconic-properties'
  | 'blueconic-objectives'
  | 'blueconic-interactions';

interface ListAnswer {
  items: { value: string; label?: string; unique?: boolean; type?: string }[];
  note?: string;
}

/**
 * A drop-down's list as the outside system has it now, fetched with the draft. The answer is kept until the draft
 * changes; a failure is not kept, so that opening the drop-down again is the retry.
 */
export function liveList(node: EditorNode, list: LiveList, draft: () => Draft | undefined): ChoiceSource {
  let askedWith = '';
  let answer: Promise<ListAnswer> | undefined;
  return async () => {
    const asked = draft();
    if (asked === undefined) throw new Error(node._('shared.list.noConnection'));
    const key = JSON.stringify(asked);
    if (answer === undefined || key !== askedWith) {
      askedWith = key;
      answer = post<ListAnswer>(`list/${list}`, { node: asked }, (text, values) => node._(text, values));
    }
    const pending = answer;
    try {
      const { items, note } = await pending;
      return {
        choices: items.map((item) => choiceOf(node, list, item)),
        ...(note === undefined ? {} : { note }),
      };
    } catch (failure) {
      if (answer === pending) answer = undefined;
      throw failure;
    }
  };
}

function choiceOf(node: EditorNode, list: LiveList, item: ListAnswer['items'][number]): Choice {
  const label = item.label === undefined || item.label === '' ? item.value : item.label;
  const choice: Choice = { value: item.value, label };
  const remarks = label === item.value ? [] : [item.value];
  if (item.unique === true) {
    choice.unique = true;
    remarks.push(node._('shared.list.unique'));
  }
  if (remarks.length > 0) choice.remark = remarks.join(', ');
  const traits = list === 'braze-attributes' ? attributeTraits(item.type) : propertyTraits(item.type);
  if (traits !== undefined) choice.traits = traits;
  return choice;
}
